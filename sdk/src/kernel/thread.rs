//! What a thread must not take from one run to the next.

use super::current::{NO_STEP, enter};
use super::guard;
use crate::metrics;

/// Forgets what earlier runs have left on this thread: to be called at the beginning of a run, if its thread is not new.
pub fn forget_runs() {
    enter(NO_STEP);
    metrics::forget();
    guard::forget_panic();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{note_panic, panic_error, step};
    use crate::metrics::{Counter, WorkerMetrics};
    use std::panic::Location;

    static DONE: Counter = Counter::lasting("done");

    #[test]
    fn nothing_is_left_of_a_run() {
        enter(1);
        DONE.inc(1);
        note_panic(Location::caller());
        forget_runs();
        let mut metrics = WorkerMetrics::default();
        metrics.commit();
        assert_eq!((step(), metrics.of(1).len()), (NO_STEP, 0));
        let error = panic_error(Box::new("new"));
        assert!(error.to_string().contains("panicked: new"), "{error}");
    }
}
