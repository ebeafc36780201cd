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
    fresh: Duration,
    /// Whether elements and keys are shown.
    has_samples: bool,
    last: Mutex<Option<Arc<Snapshot>>>,
    end: watch::Receiver<Option<End>>,
}

impl Monitor {
    pub(crate) fn new(job: JobControl, program: &str, has_samples: bool, end: watch::Receiver<Option<End>>) -> Self {
        let (program, start, last) = (program.to_owned(), Instant::now(), Mutex::new(None));
        let monitor = Self { job, program, start, fresh: FRESH, has_samples, last, end };
        // So the first to look sees elements.
        monitor.sample();
        monitor
    }

    /// How the run goes, or has ended.
    pub(crate) async fn look(&self) -> Arc<Snapshot> {
        let mut last = self.last.lock().await;
        if let Some(last) = last.as_ref().filter(|last| self.is_current(last)) {
            return last.clone();
        }
        let end = self.end.borrow().clone();
        self.sample();
        let job = self.job.clone();
        let status = spawn_blocking(move || job.status()).await.expect("asking does not panic");
        let snapshot = Snapshot::new(&self.program, status, self.start.elapsed(), last.as_deref());
        last.insert(Arc::new(snapshot.with_samples(self.has_samples).with_end(end))).clone()
    }

    /// Asks for samples, which come with the next status.
    fn sample(&self) {
        if self.has_samples {
            self.job.sample();
        }
    }

    fn is_current(&self, last: &Snapshot) -> bool {
        match &last.end {
            Some(_) => true,
            None => self.end.borrow().is_none() && self.start.elapsed() < last.elapsed + self.fresh,
        }
    }

    /// Waits for the end of the run; comes back also if nobody will tell.
    pub(crate) async fn ended(&self) {
        let _ = self.end.clone().wait_for(Option::is_some).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_local::{JobHandle, LocalRunner};
    use beamline_sdk::Pipeline;
    use std::future::Future;
    use tokio::runtime::Builder;

    fn job() -> JobHandle {
        let p = Pipeline::new();
        p.create(1..=3u64).named("Numbers").inspect(|_| ());
        LocalRunner::new().parallelism(1).start(&p.graph().unwrap()).unwrap()
    }

    fn block_on<R>(future: impl Future<Output = R>) -> R {
        Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn who_looks_soon_after_another_sees_the_same() {
        let job = job();
        let (_end, ended) = watch::channel(None);
        let monitor = Monitor { fresh: Duration::from_hours(1), ..Monitor::new(job.control(), "numbers", true, ended) };
        assert!(block_on(monitor.last.lock()).is_none(), "nobody has looked, nothing has been asked");
        let (first, second) = block_on(async { (monitor.look().await, monitor.look().await) });
        assert!(Arc::ptr_eq(&first, &second));
        let monitor = Monitor { fresh: Duration::ZERO, ..monitor };
        assert!(!Arc::ptr_eq(&first, &block_on(monitor.look())), "what is old is asked anew");
        job.wait().unwrap();
    }

    #[test]
    fn the_end_is_seen_at_once_and_stays() {
        let job = job();
        let (end, ended) = watch::channel(None);
        let monitor = Monitor { fresh: Duration::from_hours(1), ..Monitor::new(job.control(), "numbers", true, ended) };
        let before = block_on(monitor.look());
        assert!(before.end.is_none());
        job.wait().unwrap();
        end.send_replace(Some(End::of(None)));
        let last = block_on(monitor.look());
        assert_eq!((last.state(), last.status.steps[0].emitted), ("succeeded", 3));
        let monitor = Monitor { fresh: Duration::ZERO, ..monitor };
        assert!(Arc::ptr_eq(&last, &block_on(monitor.look())));
    }
}
