//! Of functions with state and timers.

use super::{Fate, Live, assert_fate, at, ms};
use beamline::prelude::*;
use beamline::state::{BagState, EventTimers, MapState, OrderedListState, SetState, ValueState};
use beamline::testing::assert_that;
use std::marker::PhantomData;

/// A state that remembers a value for good.
trait Remembers: StateSpec {
    fn remember(&mut self, value: Live, cx: &StateCx<'_, u64>);
}

#[derive(StateSpec)]
struct Everything {
    last: ValueState<Live>,
    bag: BagState<Live>,
    set: SetState<Live>,
    map: MapState<Live, Live>,
    list: OrderedListState<Live>,
    timers: EventTimers<Live>,
}

impl Remembers for Everything {
    fn remember(&mut self, value: Live, cx: &StateCx<'_, u64>) {
        self.last.set(value.clone());
        self.bag.add(value.clone());
        self.set.insert(value.clone());
        self.map.insert(value.clone(), value.clone());
        self.list.add(cx.timestamp(), value.clone());
        // Due when the window is over.
        self.timers.set(value, cx.window().max_timestamp(), cx);
    }
}

#[derive(StateSpec)]
struct OnlyTimers {
    timers: EventTimers<Live>,
}

impl Remembers for OnlyTimers {
    fn remember(&mut self, value: Live, cx: &StateCx<'_, u64>) {
        self.timers.set(value, at(cx.timestamp().millis() / 10_000 * 10_000 + 30), cx);
    }
}

#[derive(StateSpec)]
#[state(ttl = "20ms")]
struct Recent {
    bag: BagState<Live>,
    map: MapState<Live, u64>,
}

impl Remembers for Recent {
    fn remember(&mut self, value: Live, _: &StateCx<'_, u64>) {
        self.bag.add(value.clone());
        self.map.insert(value, 1);
    }
}

struct Remember<S>(PhantomData<fn() -> S>);

impl<S> Clone for Remember<S> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<S: Remembers> StatefulDoFn<Live, Live> for Remember<S> {
    type State = S;
    type Out = u64;

    fn process(&mut self, _: &Live, value: Live, state: &mut S, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(value.number());
        state.remember(value, cx);
        Ok(())
    }

    fn on_timer(&mut self, _: &Live, _: S::Timer, _: &mut S, _: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        Ok(())
    }
}

fn remember<S: Remembers>() -> Remember<S> {
    Remember(PhantomData)
}

#[test]
fn of_windows_that_expire() {
    let tens = Windowing::fixed(ms(10)).allowed_lateness(ms(5)).accumulation(Accumulation::Discarding);
    assert_fate(Fate { alive: 14, gone: 15 }, |pairs| {
        let numbers = pairs.window(tens.clone()).par_do_stateful(remember::<Everything>()).named("Remember");
        assert_that(&numbers).has_count(8);
    });
}

#[test]
fn of_timers_that_have_come() {
    assert_fate(Fate { alive: 29, gone: 30 }, |pairs| {
        assert_that(&pairs.par_do_stateful(remember::<OnlyTimers>()).named("Remember")).has_count(8);
    });
}

#[test]
fn of_cells_that_have_lived_long_enough() {
    assert_fate(Fate { alive: 28, gone: 29 }, |pairs| {
        assert_that(&pairs.par_do_stateful(remember::<Recent>()).named("Remember")).has_count(8);
    });
}

/// Values that are to come in the order of time wait for the watermark.
#[derive(Clone)]
struct InOrder;

#[derive(StateSpec)]
struct Nothing {
    never: ValueState<u64>,
}

impl StatefulDoFn<Live, Live> for InOrder {
    type State = Nothing;
    type Out = u64;
    const REQUIRES_TIME_SORTED_INPUT: bool = true;

    fn process(&mut self, _: &Live, value: Live, _: &mut Nothing, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(value.number());
        Ok(())
    }
}

#[test]
fn of_values_that_have_waited_for_their_turn() {
    assert_fate(Fate { alive: 9, gone: 10 }, |pairs| {
        assert_that(&pairs.par_do_stateful(InOrder).named("InOrder")).has_count(8);
    });
}
