//! Running a dataflow on threads.

use std::cell::Cell;
use std::rc::Rc;

use timely::dataflow::operators::Inspect;
use timely::dataflow::{Scope, StreamVec};
use timely::worker::Worker;

/// The time of a dataflow: what comes later is not earlier than that, in milliseconds since the epoch.
pub(crate) type Time = i64;

/// Runs a dataflow on so many threads, and adds up the numbers that it makes.
pub(crate) fn sum(
    threads: usize,
    build: impl for<'scope> Fn(Scope<'scope, Time>) -> StreamVec<'scope, Time, u64> + Send + Sync + 'static,
) -> Result<u64, String> {
    sum_of_all(threads, 1, move |_, scope| build(scope))
}

/// Runs so many dataflows one after the other on the same threads, and adds up the numbers that they make.
pub(crate) fn sum_of_all(
    threads: usize,
    count: u64,
    build: impl for<'scope> Fn(u64, Scope<'scope, Time>) -> StreamVec<'scope, Time, u64> + Send + Sync + 'static,
) -> Result<u64, String> {
    let workers = timely::execute(timely::Config::process(threads), move |worker| {
        let total = Rc::new(Cell::new(0_u64));
        for n in 0..count {
            worker.dataflow(|scope| {
                let total = Rc::clone(&total);
                build(n, scope).inspect(move |number| total.set(total.get().wrapping_add(*number)));
            });
            to_the_end(worker);
        }
        total.get()
    })?;
    workers.join().into_iter().try_fold(0, |sum: u64, number| Ok(sum.wrapping_add(number?)))
}

/// Works until nothing is left to do.
pub(crate) fn to_the_end(worker: &mut Worker) {
    while worker.has_dataflows() {
        worker.step_or_park(None);
    }
}
