//! Where calls to services run: a tokio runtime that all workers of a run share.

use super::current::NO_STEP;
use super::env::Env;
use crate::{Error, ErrorKind, Result};
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};

/// More threads would wait together with the answers.
const MOST_THREADS: usize = 4;

/// A runtime that nobody waits for in the end: a call that hangs must not keep the process.
pub(crate) struct Background(Result<Option<Runtime>>);

impl Background {
    /// The runtime of a run; the first step to ask starts it.
    pub(crate) fn of(env: &Env) -> Arc<Self> {
        env.shared.open_view(NO_STEP, || Self::start(env.workers.min(MOST_THREADS)))
    }

    fn start(threads: usize) -> Self {
        let runtime =
            Builder::new_multi_thread().worker_threads(threads).thread_name("beamline-calls").enable_all().build();
        let refused = |error: std::io::Error| {
            Error::wrap(ErrorKind::Options, error.into())
                .help("the system refused to start a thread for calls to services")
        };
        Self(runtime.map(Some).map_err(refused))
    }

    /// Where to spawn.
    ///
    /// # Errors
    /// When the system has refused to start it.
    pub(crate) fn handle(&self) -> Result<&Handle> {
        let runtime = self.0.as_ref().map_err(Clone::clone)?;
        Ok(runtime.as_ref().expect("it is there until it is dropped").handle())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Ok(runtime) = &mut self.0 {
            runtime.take().into_iter().for_each(Runtime::shutdown_background);
        }
    }
}
