//! What is remembered, for whom, and how long.

use crate::support::{at, everywhere, everywhere_with, stamped, window};
use beamline::prelude::*;
use beamline::state::{
    BagState, CombiningState, MapState, MultimapState, OrderedListState, ProcessingTimer, SetState, ValueState,
};
use beamline::testing::{TestStream, assert_that};
use beamline::window::Window;
use std::time::Duration;

/// All kinds of state, of numbers.
#[derive(StateSpec)]
struct Everything {
    last: ValueState<i64>,
    bag: BagState<i64>,
    sum: CombiningState<Sum, i64>,
    set: SetState<i64>,
    map: MapState<bool, i64>,
    multimap: MultimapState<bool, i64>,
    list: OrderedListState<i64>,
}

/// Remembers numbers in every way, and tells all of it in the end.
#[derive(Clone)]
struct Remember;

type Told = (String, Vec<i64>);

impl StatefulDoFn<String, i64> for Remember {
    type State = Everything;
    type Out = Told;

    fn process(
        &mut self,
        _key: &String,
        n: i64,
        state: &mut Everything,
        cx: &mut StateCx<'_, Told>,
    ) -> Result<(), BoxError> {
        let most = state.last.get().copied().unwrap_or(i64::MIN).max(n);
        state.last.set(most);
        state.bag.add(n);
        state.sum.add(n);
        state.set.insert(n);
        *state.map.get_or_insert_with(n % 2 == 0, || 0) += 1;
        state.multimap.add(n % 2 == 0, n);
        state.list.add(cx.timestamp(), n);
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        key: &String,
        state: &mut Everything,
        cx: &mut StateCx<'_, Told>,
    ) -> Result<(), BoxError> {
        let sorted = |mut numbers: Vec<i64>| {
            numbers.sort_unstable();
            numbers
        };
        let told = [
            ("value", vec![state.last.take().ok_or("it was set")?]),
            ("bag", sorted(state.bag.take())),
            ("sum", vec![state.sum.get().ok_or("there were numbers")?]),
            ("set", sorted(state.set.iter().copied().collect())),
            ("map", sorted(state.map.iter().map(|(_, count)| *count).collect())),
            ("even", sorted(state.multimap.get(&true).to_vec())),
            ("list", state.list.iter().map(|(_, n)| *n).collect()),
        ];
        told.into_iter().for_each(|(what, numbers)| cx.emit((format!("{key} {what}"), numbers)));
        Ok(())
    }
}

#[test]
fn every_kind_of_state_remembers_until_its_window_expires() {
    everywhere(|p| {
        let numbers = [("a", 3), ("b", 10), ("a", 2), ("a", 4), ("a", 2)].map(|(key, n)| (key.to_owned(), n));
        let numbers = p.create(numbers).reshuffle().with_timestamps(|(_, n)| at(100 - n));
        let told = numbers.par_do_stateful(Remember).named("Remember");
        let a = [
            ("a value", vec![4]),
            ("a bag", vec![2, 2, 3, 4]),
            ("a sum", vec![11]),
            ("a set", vec![2, 3, 4]),
            ("a map", vec![1, 3]),
            ("a even", vec![2, 2, 4]),
            ("a list", vec![4, 3, 2, 2]),
        ];
        let b = ["value", "bag", "sum", "set", "map", "even", "list"].map(|what| match what {
            "map" => (format!("b {what}"), vec![1]),
            _ => (format!("b {what}"), vec![10]),
        });
        assert_that(&told)
            .contains_in_any_order(a.map(|(what, numbers)| (what.to_owned(), numbers)).into_iter().chain(b));
    });
}

/// Numbers the elements of a key, and tells how many there were.
#[derive(StateSpec)]
struct Counted {
    count: CombiningState<Count, i64>,
}

#[derive(Clone)]
struct Number;

impl StatefulDoFn<u8, i64> for Number {
    type State = Counted;
    type Out = (String, u64);

    fn process(
        &mut self,
        _key: &u8,
        n: i64,
        state: &mut Counted,
        cx: &mut StateCx<'_, (String, u64)>,
    ) -> Result<(), BoxError> {
        state.count.add(n);
        cx.emit((format!("element {n}"), state.count.get().unwrap_or_default()));
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        key: &u8,
        state: &mut Counted,
        cx: &mut StateCx<'_, (String, u64)>,
    ) -> Result<(), BoxError> {
        cx.emit((format!("key {key}"), state.count.get().unwrap_or_default()));
        Ok(())
    }
}

fn said(what: &str, count: u64) -> (String, u64) {
    (what.to_owned(), count)
}

#[test]
fn each_window_has_a_state_of_its_own() {
    everywhere(|p| {
        let numbers = p.create([5i64, 15]).with_timestamps(|n| at(*n)).key_by(|_| 1u8);
        let counted = numbers.window(Windowing::sliding(Duration::from_millis(20), Duration::from_millis(10)));
        let counted = counted.par_do_stateful(Number).named("Number");
        let (first, middle, last) = (window(-10, 10), window(0, 20), window(10, 30));
        // The counts in the window of both depend on who came first.
        let ends = counted.reify_windows().filter(|counted| counted.value.0.starts_with("key"));
        assert_that(&ends).contains_in_any_order([
            stamped(said("key 1", 1), 9, first),
            stamped(said("key 1", 2), 19, middle),
            stamped(said("key 1", 1), 29, last),
        ]);
        let single = counted.reify_windows().filter(move |counted| counted.window != middle);
        let single = single.filter(|counted| counted.value.0.starts_with("element"));
        let expected = [stamped(said("element 5", 1), 5, first), stamped(said("element 15", 1), 15, last)];
        assert_that(&single).contains_in_any_order(expected);
    });
}

#[test]
fn what_comes_after_its_window_has_expired_is_dropped_and_counted() {
    everywhere_with(
        |p| {
            let stream = TestStream::new()
                .element(at(1), 1i64)
                .advance_watermark_to(at(14))
                .element(at(2), 2)
                .advance_watermark_to(at(15))
                .element(at(3), 3)
                .element(at(16), 16);
            let windowing = Windowing::fixed(Duration::from_millis(10))
                .allowed_lateness(Duration::from_millis(5))
                .accumulation(Accumulation::Discarding);
            let counted = p.apply(stream).key_by(|_| 1u8).window(windowing).par_do_stateful(Number).named("Number");
            let (first, second) = (window(0, 10), window(10, 20));
            assert_that(&counted.reify_windows()).contains_in_any_order([
                stamped(said("element 1", 1), 1, first),
                stamped(said("element 2", 2), 2, first),
                stamped(said("key 1", 2), 14, first),
                stamped(said("element 16", 1), 16, second),
                stamped(said("key 1", 1), 24, second),
            ]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 1),
    );
}

#[derive(StateSpec)]
#[state(ttl = "10ms")]
struct Recent {
    seen: ValueState<i64>,
}

/// Passes on what has not been seen in the last ten milliseconds.
#[derive(Clone)]
struct News;

impl StatefulDoFn<u8, i64> for News {
    type State = Recent;
    type Out = (i64, Option<i64>);

    fn process(
        &mut self,
        _key: &u8,
        n: i64,
        recent: &mut Recent,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        cx.emit((n, recent.seen.get().copied()));
        if recent.seen.is_empty() {
            recent.seen.set(n);
        }
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        _key: &u8,
        recent: &mut Recent,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        cx.emit((-1, recent.seen.get().copied()));
        Ok(())
    }
}

#[test]
fn a_time_to_live_is_event_time_from_the_last_write() {
    everywhere(|p| {
        let stream = TestStream::new()
            .element(at(0), 0)
            .element(at(9), 9)
            // As old as the time to live, for whoever looks, though the watermark has not moved.
            .element(at(10), 10)
            .element(at(15), 15)
            .advance_watermark_to(at(19))
            .element(at(3), 3)
            .advance_watermark_to(at(20))
            // Now it is gone for all.
            .element(at(4), 4);
        let news = p.apply(stream).key_by(|_| 1u8).par_do_stateful(News).named("News");
        assert_that(&news).contains_in_any_order([
            (0, None),
            (9, Some(0)),
            (10, None),
            (15, Some(10)),
            (3, Some(10)),
            (4, None),
        ]);
    });
}

#[derive(StateSpec)]
struct Held {
    values: BagState<i64>,
    release: ProcessingTimer,
}

/// Would release numbers after a minute on the clock.
#[derive(Clone)]
struct Hold;

impl StatefulDoFn<u8, i64> for Hold {
    type State = Held;
    type Out = (String, Vec<i64>);

    fn process(&mut self, _key: &u8, n: i64, held: &mut Held, cx: &mut StateCx<'_, Self::Out>) -> Result<(), BoxError> {
        held.values.add(n);
        held.release.set_after(Duration::from_mins(1), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _key: &u8,
        _timer: HeldTimer,
        held: &mut Held,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        cx.emit(("released".to_owned(), held.values.take()));
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        _key: &u8,
        held: &mut Held,
        cx: &mut StateCx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        cx.emit(("left".to_owned(), held.values.take()));
        Ok(())
    }
}

#[test]
fn what_waits_for_the_clock_is_shown_when_the_input_ends_before() {
    everywhere(|p| {
        let stream = TestStream::new()
            .element(at(0), 1)
            .advance_processing_time(Duration::from_secs(59))
            .element(at(0), 2)
            .advance_processing_time(Duration::from_secs(59))
            .element(at(1), 3)
            .advance_processing_time(Duration::from_mins(1))
            .element(at(2), 4);
        let held = p.apply(stream).key_by(|_| 1u8).par_do_stateful(Hold).named("Hold");
        let global = Window::GLOBAL;
        let left = beamline::ValueInWindow {
            timestamp: global.max_timestamp(),
            ..stamped(("left".to_owned(), vec![4]), 0, global)
        };
        let released = stamped(("released".to_owned(), vec![1, 2, 3]), 1, global);
        assert_that(&held.reify_windows()).contains_in_any_order([released, left]);
    });
}
