//! Asks the job how it goes, for all who look.

use crate::snapshot::{End, Snapshot};
use beamline_local::JobControl;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;

/// Who asks again within this time hears the same: many who look cost no more than one.
const FRESH: Duration = Duration::from_millis(900);

/// Asks the job how it goes, for all who look. Nobody who looks, nothing that is asked.
pub(crate) struct Monitor {
    job: JobControl,
    program: String,
    start: Instant,
    last: Mutex<Option<Arc<Snapshot>>>,
    end: watch::Receiver<Option<End>>,
}

impl Monitor {
    pub(crate) fn new(job: JobControl, program: &str, end: watch::Receiver<Option<End>>) -> Self {
        Self { job, program: program.to_owned(), start: Instant::now(), last: Mutex::new(None), end }
    }

    /// How the run goes, or has ended.
    pub(crate) async fn look(&self) -> Arc<Snapshot> {
        let mut last = self.last.lock().await;
        if let Some(last) = last.as_ref().filter(|last| self.is_current(last)) {
            return last.clone();
        }
        let end = self.end.borrow().clone();
        let job = self.job.clone();
        let status = spawn_blocking(move || job.status()).await.expect("asking does not panic");
        let snapshot = Snapshot::new(&self.program, status, self.start.elapsed(), last.as_deref()).with_end(end);
        last.insert(Arc::new(snapshot)).clone()
    }

    fn is_current(&self, last: &Snapshot) -> bool {
        match &last.end {
            Some(_) => true,
            None => self.end.borrow().is_none() && self.start.elapsed() < last.elapsed + FRESH,
        }
    }

    /// Waits for the end of the run; comes back also if nobody will tell.
    pub(crate) async fn ended(&self) {
        let _ = self.end.clone().wait_for(Option::is_some).await;
    }
}
