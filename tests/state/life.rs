//! The life cycle of a stateful function.

use crate::support::at;
use beamline::prelude::*;
use beamline::state::{EventTimer, ValueState};
use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline::window::Window;
use std::sync::{Arc, Mutex};

#[derive(StateSpec)]
struct Waiting {
    count: ValueState<u64>,
    timer: EventTimer,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn add(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }
}

/// Buffers in the instance what is to be emitted.
#[derive(Clone, Default)]
struct Buffered {
    log: Log,
    buffer: Vec<u64>,
}

impl StatefulDoFn<u8, u64> for Buffered {
    type State = Waiting;
    type Out = u64;

    fn setup(&mut self) -> Result<(), BoxError> {
        self.log.add("setup");
        Ok(())
    }

    fn start_bundle(&mut self) -> Result<(), BoxError> {
        assert!(self.buffer.is_empty(), "the last bundle was finished");
        self.log.add("start");
        Ok(())
    }

    fn process(&mut self, _key: &u8, n: u64, state: &mut Waiting, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        self.log.add("process");
        *state.count.get_or_insert_with(|| 0) += n;
        state.timer.set(at(100), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _key: &u8,
        _timer: WaitingTimer,
        state: &mut Waiting,
        _cx: &mut StateCx<'_, u64>,
    ) -> Result<(), BoxError> {
        self.log.add("timer");
        self.buffer.extend(state.count.take());
        Ok(())
    }

    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        self.log.add("finish");
        self.buffer.drain(..).for_each(|n| cx.emit(n, at(100), Window::GLOBAL));
        Ok(())
    }

    fn teardown(&mut self) {
        self.log.add("teardown");
    }
}

#[test]
fn values_and_timers_come_in_bundles() {
    let log = Log::default();
    let p = TestPipeline::new().with_parallelism(1);
    let stream = TestStream::new()
        .elements([(at(1), (1u8, 2u64)), (at(2), (2, 3)), (at(2), (1, 4))])
        .advance_watermark_to(at(50))
        .advance_watermark_to(at(100));
    let dofn = Buffered { log: log.clone(), ..Buffered::default() };
    let sums = p.apply(stream).par_do_stateful(dofn).named("Buffered");
    assert_that(&sums).contains_in_any_order([6, 3]);
    p.run();
    let log = log.0.lock().unwrap();
    // How many values are a bundle is for the engine to say.
    let calls = log.join(" ").replace(" finish start process", " process");
    assert_eq!(calls, "setup start process process process finish start timer timer finish teardown");
}

#[test]
fn many_keys_on_many_workers_keep_their_own() {
    for parallelism in [1, 2, 7] {
        let p = TestPipeline::new().with_parallelism(parallelism).with_batch_size(64);
        let numbers = p.sequence(0..20_000u64).map(|n| ((n % 100) as u8, n)).reshuffle();
        let sums = numbers.par_do_stateful(Buffered::default()).named("Buffered");
        let expected = (0..100u64).map(|key| (0..200).map(|i| key + 100 * i).sum::<u64>());
        assert_that(&sums).contains_in_any_order(expected);
        p.run();
    }
}
