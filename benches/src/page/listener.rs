//! Follows a page, as a browser does.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};

use ::beamline::BoxError;

/// Somebody who reads whatever the page tells.
pub(super) struct Listener(JoinHandle<Heard>);

/// What has been heard.
#[derive(Default)]
struct Heard {
    statuses: u64,
    /// How many of them showed elements.
    with_elements: u64,
    has_end: bool,
}

impl Listener {
    /// Begins to listen to the page at a URL.
    pub(super) fn of(url: &str) -> Result<Self, BoxError> {
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let mut page = TcpStream::connect(host)?;
        write!(page, "GET /events HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        Ok(Self(thread::spawn(move || listen(page))))
    }

    /// Waits for the end of what is told.
    ///
    /// # Errors
    ///
    /// When it was not told whole, or without elements.
    pub(super) fn check(self) -> Result<(), BoxError> {
        let heard = self.0.join().map_err(|_| "the listener has panicked")?;
        eprintln!("heard {} statuses, {} of them with elements", heard.statuses, heard.with_elements);
        let is_whole = heard.has_end && heard.with_elements > 0;
        is_whole.then_some(()).ok_or_else(|| "the page has not shown what there was to see".into())
    }
}

fn listen(page: TcpStream) -> Heard {
    let mut heard = Heard::default();
    for line in BufReader::new(page).lines().map_while(Result::ok) {
        heard.has_end |= line == "event: end";
        if line.starts_with("data: ") {
            heard.statuses += 1;
            heard.with_elements += u64::from(line.contains("\"seen_at\""));
        }
    }
    heard
}
