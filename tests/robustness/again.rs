//! Many runs in one process: nothing of one is left in the next, whichever threads it gets.

use beamline::prelude::*;
use beamline::{LocalRunner, metrics::Counter};
use std::sync::{Arc, Mutex};
use std::thread;

static ENDS: Counter = Counter::new("ends");
static LASTING_ENDS: Counter = Counter::lasting("lasting_ends");

/// Counts when nobody takes it any more.
#[derive(Clone)]
struct CountsItsEnd;

impl DoFn<u64> for CountsItsEnd {
    type Out = u64;

    fn process(&mut self, number: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(number);
        Ok(())
    }

    fn teardown(&mut self) {
        ENDS.inc(1);
        LASTING_ENDS.inc(1);
    }
}

/// The names of the threads that have called a function.
type Names = Arc<Mutex<Vec<String>>>;

fn pipeline(names: &Names, is_failing: bool) -> Pipeline {
    let (p, names) = (Pipeline::new(), names.clone());
    let look = move |n: &u64| {
        names.lock().unwrap().push(thread::current().name().unwrap().to_owned());
        assert!(!is_failing || *n < 5, "too large");
    };
    p.sequence(0..10).par_do(CountsItsEnd).inspect(look);
    p
}

#[test]
fn runs_one_after_the_other_know_nothing_of_each_other() {
    for workers in [1, 3] {
        let (runner, names) = (LocalRunner::new().parallelism(workers), Names::default());
        for run in 0..50 {
            let result = pipeline(&names, run % 7 == 6).run_with(&runner);
            assert_eq!(result.is_err(), run % 7 == 6);
            if let Ok(result) = result {
                assert_eq!(result.metrics.counter("ends") + result.metrics.counter("lasting_ends"), 0);
                assert_eq!(result.metrics.emitted("Inspect"), Some(10));
            }
            let allowed = |name: &String| (0..workers).any(|worker| *name == format!("beamline-{worker}"));
            assert!(names.lock().unwrap().drain(..).all(|name| allowed(&name)));
        }
    }
}

#[test]
fn runs_at_the_same_time_have_threads_of_their_own() {
    let runs = (0..8).map(|_| {
        thread::spawn(|| {
            for _ in 0..20 {
                let result = pipeline(&Names::default(), false).run_with(&LocalRunner::new().parallelism(2)).unwrap();
                assert_eq!(result.metrics.emitted("Inspect"), Some(10));
            }
        })
    });
    { runs.collect::<Vec<_>>() }.into_iter().for_each(|run| run.join().unwrap());
}
