//! When timers come, and what they hold back.

use crate::support::{at, everywhere, stamped, window};
use beamline::prelude::*;
use beamline::state::{EventTimer, EventTimers, ProcessingTimer, ValueState};
use beamline::testing::{TestStream, assert_that};
use beamline::window::Window;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a value asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Ask {
    Event(i64),
    EventHolding(i64, i64),
    Clear,
    Tag(String, i64),
    Clock(u64),
    Nothing,
}

#[derive(StateSpec)]
struct Timers {
    event: EventTimer,
    tags: EventTimers<String>,
    clock: ProcessingTimer,
}

/// Sets timers as it is asked to, and tells which come. A timer with tag "again" sets the single one for a
/// millisecond later.
#[derive(Clone)]
struct Alarm;

impl StatefulDoFn<u8, Ask> for Alarm {
    type State = Timers;
    type Out = String;

    fn process(
        &mut self,
        _key: &u8,
        ask: Ask,
        timers: &mut Timers,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        match ask {
            Ask::Event(time) => timers.event.set(at(time), cx),
            Ask::EventHolding(time, output) => timers.event.set_with_output(at(time), at(output), cx)?,
            Ask::Clear => timers.event.clear(),
            Ask::Tag(tag, time) => timers.tags.set(tag, at(time), cx),
            Ask::Clock(delay) => timers.clock.set_after(Duration::from_millis(delay), cx),
            Ask::Nothing => cx.emit("nothing".to_owned()),
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        key: &u8,
        timer: TimersTimer,
        timers: &mut Timers,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        let time = cx.fire_time();
        match timer {
            TimersTimer::Event => cx.emit(format!("{key}: event {time:?}")),
            TimersTimer::Clock => cx.emit(format!("{key}: clock {time:?}")),
            TimersTimer::Tags(tag) => {
                if tag == "again" {
                    timers.event.set(time + Duration::from_millis(1), cx);
                }
                cx.emit(format!("{key}: {tag} {time:?}"));
            }
        }
        Ok(())
    }
}

fn asks(asks: impl IntoIterator<Item = (i64, (u8, Ask))>) -> Vec<(Timestamp, (u8, Ask))> {
    asks.into_iter().map(|(time, ask)| (at(time), ask)).collect()
}

fn texts<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(str::to_owned)
}

#[test]
fn timers_of_a_finite_input_come_in_its_end() {
    everywhere(|p| {
        let all =
            [(1u8, Ask::Event(20)), (2, Ask::Event(10)), (3, Ask::Event(30)), (3, Ask::Clear), (4, Ask::Event(5))];
        let fired = p.create(all).par_do_stateful(Alarm).named("Alarm");
        let expected = [("4: event 5ms", 5), ("2: event 10ms", 10), ("1: event 20ms", 20)];
        let expected = expected.map(|(text, time)| stamped(text.to_owned(), time, Window::GLOBAL));
        assert_that(&fired.reify_windows()).contains_in_any_order(expected);
    });
}

/// Numbers what it sees, in the order in which it comes to one worker.
#[derive(Clone)]
struct InOrder(u32);

impl DoFn<String> for InOrder {
    type Out = (u32, String);

    fn process(&mut self, text: String, cx: &mut Cx<'_, (u32, String)>) -> Result<(), BoxError> {
        self.0 += 1;
        cx.emit((self.0, text));
        Ok(())
    }
}

#[test]
fn timers_of_all_keys_come_in_the_order_of_their_times_before_time_goes_on() {
    for batch_size in [1, 3, 100] {
        let p = beamline::testing::TestPipeline::new().with_parallelism(1).with_batch_size(batch_size);
        let tag = |tag: &str, time| Ask::Tag(tag.to_owned(), time);
        let stream = TestStream::new()
            .elements(asks([
                (0, (1, tag("x", 7))),
                (0, (2, tag("again", 5))),
                (0, (3, tag("x", 6))),
                (0, (1, tag("y", 20))),
            ]))
            .advance_watermark_to(at(4))
            .advance_watermark_to(at(10))
            .element(at(10), (3, Ask::Event(3)))
            .element(at(11), (3, Ask::Nothing));
        let fired = p.apply(stream).par_do_stateful(Alarm).named("Alarm").par_do(InOrder(0));
        // A timer that a timer has set comes in its turn, and one for an instant that has passed at once.
        let expected = ["2: again 5ms", "2: event 6ms", "3: x 6ms", "1: x 7ms", "3: event 3ms", "nothing", "1: y 20ms"];
        // Those of one instant come in any order.
        let swapped = fired.map(|(n, text)| {
            (
                if text == "2: event 6ms" {
                    2
                } else if text == "3: x 6ms" {
                    3
                } else {
                    n
                },
                text,
            )
        });
        assert_that(&swapped).contains_in_any_order((1..).zip(texts(expected)));
        p.run();
    }
}

#[test]
fn a_timer_comes_when_its_domain_has_come_so_far_and_not_before() {
    everywhere(|p| {
        let stream = TestStream::new()
            .elements(asks([(1, (1, Ask::Event(10))), (2, (1, Ask::Clock(10)))]))
            .advance_watermark_to(at(9))
            .advance_processing_time(Duration::from_millis(9))
            // Replaced: both would have come with the next steps.
            .elements(asks([(9, (1, Ask::Event(12))), (9, (1, Ask::Clock(10)))]))
            .advance_watermark_to(at(11))
            .advance_processing_time(Duration::from_millis(9))
            .element(at(11), (1, Ask::Nothing))
            .advance_processing_time(Duration::from_millis(1))
            .advance_watermark_to(at(12));
        let fired = p.apply(stream).par_do_stateful(Alarm).named("Alarm");
        assert_that(&fired.reify_windows()).contains_in_any_order([
            stamped("nothing".to_owned(), 11, Window::GLOBAL),
            // With the timestamp of the element that set it.
            stamped("1: clock 19ms".to_owned(), 9, Window::GLOBAL),
            stamped("1: event 12ms".to_owned(), 12, Window::GLOBAL),
        ]);
    });
}

#[test]
fn a_timer_holds_the_watermark_at_its_output_timestamp() {
    everywhere(|p| {
        let stream = TestStream::new()
            .elements(asks([(1, (1, Ask::EventHolding(25, 3))), (2, (2, Ask::Clock(50)))]))
            .advance_watermark_to(at(22))
            .advance_processing_time(Duration::from_millis(60))
            .advance_watermark_to(at(30));
        let fired = p.apply(stream).par_do_stateful(Alarm).named("Alarm");
        // Downstream, nothing is late: the window has waited for both.
        let counts = fired.window(Windowing::fixed(Duration::from_millis(10))).count();
        assert_that(&counts).in_window(window(0, 10)).on_time_pane([2]);
        assert_that(&counts).contains_in_any_order([2]);
    });
}

#[test]
fn a_timer_behind_its_window_comes_when_the_window_expires() {
    everywhere(|p| {
        let stream = TestStream::new()
            .elements(asks([(1, (1, Ask::Event(1000))), (1, (2, Ask::Tag("late".to_owned(), 999)))]))
            .advance_watermark_to(at(10))
            .element(at(30), (1, Ask::Nothing));
        let windowed = p.apply(stream).window(Windowing::fixed(Duration::from_millis(10)));
        let fired = windowed.par_do_stateful(Alarm).named("Alarm");
        assert_that(&fired.reify_windows()).contains_in_any_order([
            stamped("1: event 9ms".to_owned(), 9, window(0, 10)),
            stamped("2: late 9ms".to_owned(), 9, window(0, 10)),
            stamped("nothing".to_owned(), 30, window(30, 40)),
        ]);
    });
}

#[derive(StateSpec)]
struct Ticking {
    left: ValueState<u32>,
    tick: EventTimer,
}

/// Ticks every ten milliseconds of event time, a number of times.
#[derive(Clone)]
struct Tick;

impl StatefulDoFn<u8, u32> for Tick {
    type State = Ticking;
    type Out = u32;

    fn process(
        &mut self,
        _key: &u8,
        ticks: u32,
        state: &mut Ticking,
        cx: &mut StateCx<'_, u32>,
    ) -> Result<(), BoxError> {
        state.left.set(ticks);
        state.tick.set(cx.timestamp() + Duration::from_millis(10), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _key: &u8,
        _timer: TickingTimer,
        state: &mut Ticking,
        cx: &mut StateCx<'_, u32>,
    ) -> Result<(), BoxError> {
        let left = state.left.take().ok_or("it ticks while there is something left")?;
        cx.emit(left);
        if left > 1 {
            state.left.set(left - 1);
            state.tick.set(cx.fire_time() + Duration::from_millis(10), cx);
        }
        Ok(())
    }
}

#[test]
fn a_timer_may_set_itself_again_and_all_that_are_due_come_in_one_go() {
    everywhere(|p| {
        let stream =
            TestStream::new().element(at(0), (1u8, 5)).advance_watermark_to(at(35)).advance_watermark_to(at(36));
        let ticks = p.apply(stream).par_do_stateful(Tick).named("Tick");
        let expected = [(5, 10), (4, 20), (3, 30), (2, 40), (1, 50)];
        let expected = expected.map(|(left, time)| stamped(left, time, Window::GLOBAL));
        assert_that(&ticks.reify_windows()).contains_in_any_order(expected);
    });
}
