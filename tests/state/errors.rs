//! What is told when a stateful function fails.

use beamline::Error;
use beamline::prelude::*;
use beamline::state::{EventTimer, ProcessingTimer, ValueState};
use beamline::testing::{TestPipeline, TestStream};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Fail {
    Process,
    Panic,
    Timer,
    PanicInTimer,
    Expiration,
    Output,
    Clock,
}

#[derive(StateSpec)]
struct Plan {
    fail: ValueState<Fail>,
    #[state(name = "bomb")]
    timer: EventTimer,
    clock: ProcessingTimer,
}

/// Fails as it is told to.
#[derive(Clone)]
struct Fails;

impl StatefulDoFn<String, Fail> for Fails {
    type State = Plan;
    type Out = u8;

    fn process(
        &mut self,
        _key: &String,
        fail: Fail,
        plan: &mut Plan,
        cx: &mut StateCx<'_, u8>,
    ) -> Result<(), BoxError> {
        plan.fail.set(fail);
        match fail {
            Fail::Process => return Err("this cannot be".into()),
            Fail::Panic => panic!("this is the end"),
            Fail::Timer | Fail::PanicInTimer => plan.timer.set(cx.timestamp() + Duration::from_millis(5), cx),
            Fail::Output => {
                plan.timer.set_with_output(cx.timestamp(), cx.timestamp() - Duration::from_millis(1), cx)?;
            }
            Fail::Clock => plan.clock.set_after(Duration::from_millis(5), cx),
            Fail::Expiration => {}
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        _key: &String,
        _timer: PlanTimer,
        plan: &mut Plan,
        _cx: &mut StateCx<'_, u8>,
    ) -> Result<(), BoxError> {
        assert!(plan.fail.get() != Some(&Fail::PanicInTimer), "this is the end");
        Err("this cannot be".into())
    }

    fn on_window_expiration(
        &mut self,
        _key: &String,
        _plan: &mut Plan,
        _cx: &mut StateCx<'_, u8>,
    ) -> Result<(), BoxError> {
        Err("this cannot be".into())
    }
}

fn error_of(fail: Fail) -> Error {
    let p = TestPipeline::new();
    let stream = TestStream::new()
        .element(Timestamp::from_millis(10), ("ann".to_owned(), fail))
        .advance_processing_time(Duration::from_millis(5));
    let _ = p.apply(stream).par_do_stateful(Fails).named("Fails").map(|n| n + 1);
    p.try_run().expect_err("it fails")
}

#[test]
fn an_error_names_the_step_and_what_was_in_work() {
    let cases = [
        (Fail::Process, "this cannot be", r#"element ["ann","Process"]"#),
        (Fail::Panic, "this is the end", r#"element ["ann","Panic"]"#),
        (Fail::Timer, "this cannot be", r#"timer 'bomb', set for 15ms, of key "ann" in the global window"#),
        (Fail::PanicInTimer, "this is the end", r#"timer 'bomb', set for 15ms, of key "ann" in the global window"#),
        (Fail::Clock, "this cannot be", r#"timer 'clock', set for 5ms, of key "ann" in the global window"#),
        (Fail::Expiration, "this cannot be", r#"the expiration of key "ann" in the global window"#),
        (Fail::Output, "is before the timestamp 10ms", r#"element ["ann","Output"]"#),
    ];
    for (fail, what, place) in cases {
        let error = error_of(fail);
        let text = error.to_string();
        assert_eq!(error.element(), Some(place), "{text}");
        assert_eq!(error.step().map(|step| step.name.as_str()), Some("Fails"));
        assert!(text.contains(what) && text.contains("errors.rs:"), "{text}");
    }
}

#[test]
fn a_timer_that_nobody_handles_is_an_error() {
    #[derive(StateSpec)]
    struct Forgotten {
        timer: EventTimer,
    }
    #[derive(Clone)]
    struct Forgets;
    impl StatefulDoFn<u8, u8> for Forgets {
        type State = Forgotten;
        type Out = u8;
        fn process(
            &mut self,
            _key: &u8,
            _n: u8,
            state: &mut Forgotten,
            cx: &mut StateCx<'_, u8>,
        ) -> Result<(), BoxError> {
            state.timer.set(cx.timestamp(), cx);
            Ok(())
        }
    }
    let p = TestPipeline::new();
    let _ = p.create([(1u8, 2u8)]).par_do_stateful(Forgets).named("Forgets").map(|n| n);
    let text = p.try_run().expect_err("there is no on_timer").to_string();
    assert!(text.contains("there is no `on_timer`") && text.contains("timer 'timer'"), "{text}");
}

#[test]
fn a_timer_that_never_ends_stops_with_the_run() {
    #[derive(StateSpec)]
    struct Endless {
        timer: EventTimer,
    }
    #[derive(Clone)]
    struct Loops(u32);
    impl StatefulDoFn<u8, u8> for Loops {
        type State = Endless;
        type Out = u8;
        fn process(
            &mut self,
            _key: &u8,
            _n: u8,
            state: &mut Endless,
            cx: &mut StateCx<'_, u8>,
        ) -> Result<(), BoxError> {
            state.timer.set(cx.timestamp(), cx);
            Ok(())
        }
        fn on_timer(
            &mut self,
            _key: &u8,
            _timer: EndlessTimer,
            state: &mut Endless,
            cx: &mut StateCx<'_, u8>,
        ) -> Result<(), BoxError> {
            self.0 += 1;
            cx.emit(1);
            state.timer.set(cx.fire_time(), cx);
            Ok(())
        }
    }
    let p = TestPipeline::new().with_parallelism(1);
    let looping = p.create([(1u8, 2u8)]).par_do_stateful(Loops(0)).named("Loops");
    let _ = looping.map({
        let seen = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        move |_| assert!(seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 1000, "enough")
    });
    let text = p.try_run().expect_err("the reader fails").to_string();
    assert!(text.contains("enough"), "{text}");
}
