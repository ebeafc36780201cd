//! Values in the order of time.

use crate::support::{at, everywhere};
use beamline::prelude::*;
use beamline::state::{EventTimer, ValueState};
use beamline::testing::{TestStream, assert_that};
use std::time::Duration;

#[derive(StateSpec)]
struct Last {
    text: ValueState<String>,
    pause: EventTimer,
}

/// Writes down the order of what it sees; a pause is a dash.
#[derive(Clone)]
struct WriteDown;

impl StatefulDoFn<u8, String> for WriteDown {
    type State = Last;
    type Out = String;
    const REQUIRES_TIME_SORTED_INPUT: bool = true;

    fn process(
        &mut self,
        _key: &u8,
        text: String,
        last: &mut Last,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        last.text.get_or_insert_with(String::new).push_str(&text);
        last.pause.set(cx.timestamp() + Duration::from_millis(10), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _key: &u8,
        _timer: LastTimer,
        last: &mut Last,
        _cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        last.text.get_or_insert_with(String::new).push('-');
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        key: &u8,
        last: &mut Last,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        cx.emit(format!("{key}: {}", last.text.take().unwrap_or_default()));
        Ok(())
    }
}

fn said(time: i64, text: &str) -> (Timestamp, (u8, String)) {
    (at(time), (1, text.to_owned()))
}

#[test]
fn values_of_a_finite_input_come_in_order_with_timers_among_them() {
    everywhere(|p| {
        let letters = [(40, 'f'), (3, 'b'), (20, 'd'), (1, 'a'), (23, 'e'), (11, 'c')];
        let letters = p.create(letters).reshuffle().with_timestamps(|(time, _)| at(*time));
        let keyed = letters.map(|(_, letter)| (7u8, letter.to_string()));
        let order = keyed.par_do_stateful(WriteDown).named("WriteDown");
        // The timer at 33 comes between the values at 23 and 40; the one at 21 is set again before it comes.
        assert_that(&order).contains_in_any_order(["7: abcde-f-".to_owned()]);
    });
}

#[test]
fn values_wait_for_the_watermark_and_late_ones_do_not() {
    everywhere(|p| {
        let stream = TestStream::new()
            .elements([said(5, "b"), said(3, "a")])
            .advance_watermark_to(at(5))
            // Not late, and of the same timestamp as one that waits.
            .elements([said(5, "c"), said(6, "d")])
            .advance_watermark_to(at(7))
            .elements([said(2, "late"), said(8, "e")]);
        let order = p.apply(stream).par_do_stateful(WriteDown).named("WriteDown");
        assert_that(&order).contains_in_any_order(["1: abcdlatee-".to_owned()]);
    });
}

/// Elements keep their windows where they are given other timestamps.
#[test]
fn what_waits_longer_than_its_window_lasts_comes_before_that_ends() {
    everywhere(|p| {
        let letters = p.create([(50, 'b'), (80, 'c'), (5, 'a')]).with_timestamps(|_| at(5));
        let letters = letters.window(Windowing::fixed(Duration::from_millis(10)));
        let letters = letters.with_timestamps(|(time, _)| at(*time));
        let keyed = letters.map(|(_, letter)| (7u8, letter.to_string()));
        // No timer is later than the window.
        assert_that(&keyed.par_do_stateful(WriteDown)).contains_in_any_order(["7: a-b-c-".to_owned()]);
    });
}

#[test]
fn what_waits_for_the_end_of_time_comes_before_the_global_window_ends() {
    everywhere(|p| {
        let letters = p.create([(Timestamp::MAX, 'c'), (Timestamp::END_OF_GLOBAL_WINDOW, 'b'), (at(5), 'a')]);
        let letters = letters.with_timestamps(|(time, _)| *time);
        let keyed = letters.map(|(_, letter)| (7u8, letter.to_string()));
        assert_that(&keyed.par_do_stateful(WriteDown)).contains_in_any_order(["7: a-b-c-".to_owned()]);
    });
}
