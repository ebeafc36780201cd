//! Asking the workers how it goes: they answer between two bundles.

use super::report::WorkerReport;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long to wait for the answer of a worker that may be at work in a slow function.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where a question is put and the answers are left.
pub(crate) struct Desk {
    /// Counts the questions.
    asked: AtomicU64,
    answers: Mutex<Vec<(u64, WorkerReport)>>,
    signal: Condvar,
}

impl Desk {
    pub(crate) fn new(workers: usize) -> Self {
        let nothing = || (0, WorkerReport::default());
        Self {
            asked: AtomicU64::new(0),
            answers: Mutex::new((0..workers).map(|_| nothing()).collect()),
            signal: Condvar::new(),
        }
    }

    /// The question that a worker has not answered yet, if there is one.
    #[inline]
    pub(crate) fn question(&self, answered: u64) -> Option<u64> {
        let asked = self.asked.load(Ordering::Acquire);
        (asked != answered).then_some(asked)
    }

    pub(crate) fn answer(&self, worker: usize, question: u64, report: WorkerReport) {
        self.answers.lock()[worker] = (question, report);
        self.signal.notify_all();
    }

    /// What the workers have said last.
    pub(crate) fn last(&self) -> Vec<WorkerReport> {
        self.answers.lock().iter().map(|(_, report)| report.clone()).collect()
    }

    /// Asks all workers; `wake` those that sleep. Those that do not answer in time are asked in vain: their last answer is
    /// given, which is old then.
    pub(crate) fn ask(&self, wake: impl Fn()) -> Vec<WorkerReport> {
        let question = self.asked.fetch_add(1, Ordering::AcqRel) + 1;
        wake();
        let until = Instant::now() + PATIENCE;
        let mut answers = self.answers.lock();
        let is_open = |answers: &[(u64, WorkerReport)]| answers.iter().any(|(answered, _)| *answered < question);
        while is_open(&answers) && !self.signal.wait_until(&mut answers, until).timed_out() {}
        let report = |(answered, report): &(u64, WorkerReport)| WorkerReport {
            is_busy: *answered < question && !report.has_ended,
            ..report.clone()
        };
        answers.iter().map(report).collect()
    }
}
