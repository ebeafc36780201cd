//! The page: bound to an address, served while a job runs, closed at its end.

use crate::address::listen;
use crate::gate::Gate;
use crate::monitor::Monitor;
use crate::routes::routes;
use crate::snapshot::End;
use crate::token::Token;
use axum::Router;
use beamline_local::{JobControl, LocalRunner};
use beamline_sdk::{Error, ErrorKind, Result};
use futures_util::future::select;
use std::future::IntoFuture;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::sleep;

/// How long those who look have at the end to take what is on its way to them.
const FAREWELL: Duration = Duration::from_secs(1);

/// A page that is bound to an address: nobody else can have it, and requests wait until it is [served](Self::serve).
pub struct Page {
    listener: TcpListener,
    address: SocketAddr,
    token: Option<Token>,
    has_samples: bool,
}

impl Page {
    /// Takes an address: `HOST:PORT`, or a port of the loopback interface, such as `8080`; port 0 is any that is free.
    ///
    /// Whoever looks has to know `token`. On other addresses than loopback there is one in any case: a random one, which
    /// [`url`](Self::url) tells, if none is given.
    ///
    /// ```
    /// let page = beamline_ui::Page::bind("127.0.0.1:0", None)?;
    /// assert!(page.url().starts_with("http://127.0.0.1:"));
    /// let open = beamline_ui::Page::bind("0.0.0.0:0", Some("a-long-secret"))?;
    /// assert!(open.url().ends_with("/?token=a-long-secret"));
    /// # Ok::<(), beamline_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`] if it is no address, cannot be had, or the token is too short or needs escapes in a URL.
    pub fn bind(address: &str, token: Option<&str>) -> Result<Self> {
        let token = token.map(Token::chosen).transpose()?;
        let listener = listen(address)?;
        let address = listener.local_addr().map_err(cannot_serve)?;
        let token = token.or_else(|| (!address.ip().is_loopback()).then(Token::random));
        Ok(Self { has_samples: address.ip().is_loopback(), listener, address, token })
    }

    /// Whether the page shows elements and keys of groupings, which may be nobody else's business. By default it does if it
    /// is for this machine alone.
    ///
    /// ```
    /// let page = beamline_ui::Page::bind("0", None)?.samples(false);
    /// # Ok::<(), beamline_sdk::Error>(())
    /// ```
    pub fn samples(self, are_shown: bool) -> Self {
        Self { has_samples: are_shown, ..self }
    }

    /// Lets a runner keep samples from the start of the run, if the page shows any: otherwise it shows nothing of what has
    /// come and gone before it is [served](Self::serve).
    pub fn watch(&self, runner: LocalRunner) -> LocalRunner {
        runner.samples(self.has_samples)
    }

    /// Where the page is: what to open in a browser on this machine, with the token if one is required.
    pub fn url(&self) -> String {
        let token = self.token.as_ref().map(|token| format!("?token={}", token.as_str())).unwrap_or_default();
        if self.address.ip().is_unspecified() {
            return format!("http://localhost:{}/{token}", self.address.port());
        }
        format!("http://{}/{token}", self.address)
    }

    /// Shows how a job goes, on a thread of its own. `program` is what it is called there.
    ///
    /// # Errors
    /// [`ErrorKind::Options`] when the system refuses a thread or what it needs to wait for requests.
    pub fn serve(self, job: JobControl, program: &str) -> Result<Serving> {
        let (end, ended) = watch::channel(None);
        let monitor = Arc::new(Monitor::new(job, program, self.has_samples, ended));
        let gate = Gate { token: self.token, is_loopback: self.address.ip().is_loopback() };
        let runtime = Builder::new_current_thread()
            .thread_name("beamline-ui")
            .enable_io()
            .enable_time()
            .build()
            .map_err(cannot_serve)?;
        let listener = {
            let _guard = runtime.enter();
            tokio::net::TcpListener::from_std(self.listener).map_err(cannot_serve)?
        };
        let routes = routes(monitor.clone(), gate);
        let work = move || serve_until_ended(runtime, listener, routes, &monitor);
        let thread = thread::Builder::new().name("beamline-ui".to_owned()).spawn(work).map_err(cannot_serve)?;
        Ok(Serving { end, thread: Some(thread) })
    }
}

fn cannot_serve(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Options, format!("cannot serve the page of the pipeline: {cause}"))
}

fn serve_until_ended(runtime: Runtime, listener: tokio::net::TcpListener, routes: Router, monitor: &Arc<Monitor>) {
    let ended = monitor.clone();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move { ended.ended().await });
    let given_up = async {
        monitor.ended().await;
        sleep(FAREWELL).await;
    };
    runtime.block_on(async { drop(select(pin!(server.into_future()), pin!(given_up)).await) });
    runtime.shutdown_background();
}

/// A page that is being served. Dropped, it is closed without a word on how the run has ended.
pub struct Serving {
    end: watch::Sender<Option<End>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Tells those who look how the run has ended, and closes the page. Waits a second at most for who is slow to listen.
    pub fn end<T>(self, result: &Result<T>) {
        self.end.send_replace(Some(End::of(result.as_ref().err())));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.end.borrow().is_none() {
            self.end.send_replace(Some(End { state: "closed", error: None }));
        }
        self.thread.take().into_iter().for_each(|thread| {
            let _ = thread.join();
        });
    }
}
