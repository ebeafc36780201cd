//! Grouping in any windows, with any trigger: the state of each key by itself.

use super::Late;
use super::holds::Holds;
use super::results::Results;
use super::rows::{ResultRow, Takes};
use super::timers::Timers;
use crate::kernel::clock::Clock;
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::keyed::slots::{BLOCK, Guess, Slots};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Env, Kept, Operator, Pending, Stamp, Wiring};
use crate::window::reduce::{
    Arrival, Contents, Dropped, Effects, KeyState, Now, Reducer, TimeDomain, Wake, WindowResult,
};
use crate::window::{Window, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Groups the rows of the keys that this worker owns.
pub(crate) struct ByKey<K, V, C: Contents<V>, R: ResultRow<K, C::Out>> {
    reducer: Reducer<V, C>,
    step: Arc<Step>,
    env: Rc<Env>,
    clock: Arc<dyn Clock>,
    now: Now,
    keys: Slots<K, KeyState<C::State>>,
    outside: Outside<K, V, R::Row>,
}

/// What there is beside the state of keys.
struct Outside<K, V, Row> {
    timers: Timers<(u32, Window)>,
    alarms: Timers<(u32, Window)>,
    holds: Holds,
    results: Results<K, V, Row>,
}

impl<K, V, Row> Outside<K, V, Row> {
    fn timers(&mut self, domain: TimeDomain) -> &mut Timers<(u32, Window)> {
        match domain {
            TimeDomain::EventTime => &mut self.timers,
            TimeDomain::ProcessingTime => &mut self.alarms,
        }
    }
}

/// The effects of a call for one key.
struct Visit<'a, K, V, Row, R> {
    slot: u32,
    key: &'a K,
    outside: &'a mut Outside<K, V, Row>,
    _result: PhantomData<R>,
}

impl<K: Key, V: Element, O, R: ResultRow<K, O>> Effects<V, O> for Visit<'_, K, V, R::Row, R> {
    fn result(&mut self, result: WindowResult<O>) {
        let WindowResult { window, timestamp, pane, contents } = result;
        let stamp = Stamp { time: timestamp, windows: window.into(), pane };
        self.outside.results.show(R::row(self.key.clone(), contents), &stamp);
    }

    fn dropped(&mut self, dropped: Dropped<V>) {
        self.outside.results.dropped(self.key, dropped);
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        self.outside.holds.change(from, to);
    }

    fn wake(&mut self, wake: Wake) {
        self.outside.timers(wake.domain).set(wake.at, (self.slot, wake.window));
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> ByKey<K, V, C, R> {
    pub(crate) fn new(strategy: &WindowingStrategy, contents: C, late: Late<K, V>, wiring: &Wiring<'_>) -> Self {
        let outside = Outside {
            timers: Timers::new(),
            alarms: Timers::new(),
            holds: Holds::default(),
            results: Results::new(wiring, strategy, late),
        };
        Self {
            reducer: Reducer::new(strategy, contents),
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            clock: wiring.env.clock.clone(),
            now: Now::START,
            keys: Slots::new(),
            outside,
        }
    }

    fn add_all<X: 'static>(&mut self, HashedRows { hashes, batch }: HashedRows<(K, X)>, value_of: impl Fn(X) -> V) {
        let Batch { mut values, meta } = batch;
        let mut guesses = [Guess::NONE; BLOCK];
        let mut pairs = drain(&mut values);
        for first in (0..hashes.len()).step_by(BLOCK) {
            self.keys.ask_for(&hashes, first, &mut guesses);
            for ((row, hash), guess) in (first..).zip(&hashes[first..]).zip(guesses) {
                let (key, value) = pairs.pop();
                let slot = self.keys.find_guessed_or_insert(guess, *hash, key);
                let (time, windows, mark) = (*meta.time.get(row), meta.windows.get(row), meta.pane.get(row).mark);
                self.visit(slot, |reducer, state, now, visit| {
                    reducer.arrival(state, now, Arrival { time, windows, mark }, value_of(value), visit);
                });
            }
        }
        drop(pairs);
        self.env.recycling.put(HashedRows { hashes, batch: Batch { values, meta } });
    }

    /// Takes rows of whose values `value_of` makes those that are grouped.
    pub(super) fn take_as<X: 'static>(&mut self, rows: HashedRows<(K, X)>, value_of: impl Fn(X) -> V) -> Result<()> {
        self.now.clock = self.clock.now();
        let step = self.step.clone();
        catch(&step, || self.add_all(rows, value_of))?;
        self.outside.results.check()
    }

    /// Calls the rules for a key, and forgets the key if nothing is left of it.
    #[inline]
    fn visit(
        &mut self,
        slot: u32,
        call: impl FnOnce(&Reducer<V, C>, &mut KeyState<C::State>, &Now, &mut Visit<'_, K, V, R::Row, R>),
    ) {
        let Self { reducer, keys, now, outside, .. } = self;
        let Some((key, state)) = keys.get_mut(slot) else { return };
        call(reducer, state, now, &mut Visit { slot, key, outside, _result: PhantomData });
        if state.is_empty() {
            keys.remove(slot);
        }
    }

    fn run_timers(&mut self, domain: TimeDomain, until: Timestamp) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || {
            let mut asked_for = 0;
            while let Some((at, (slot, window))) = self.outside.timers(domain).take_due(until) {
                if asked_for == 0 {
                    asked_for = self.ask_for_soonest(domain);
                }
                asked_for = asked_for.saturating_sub(1);
                let wake = Wake { domain, at, window };
                self.visit(slot, |reducer, state, now, visit| reducer.on_timer(state, now, wake, visit));
            }
        })?;
        self.outside.results.check()
    }

    /// Asks for the state that the next timers are for; says for how many.
    fn ask_for_soonest(&mut self, domain: TimeDomain) -> usize {
        let Self { keys, outside, .. } = self;
        let soonest = outside.timers(domain).soonest(BLOCK);
        soonest.iter().for_each(|(slot, _)| keys.ask_for_slot(*slot));
        soonest.len()
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Operator for ByKey<K, V, C, R> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.outside.results.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.now.watermark = time;
        self.outside.results.watermark(time);
        self.now.clock = self.clock.now();
        self.run_timers(TimeDomain::EventTime, time)
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        let may = input.min(self.outside.holds.limit());
        self.now.output_watermark = self.now.output_watermark.max(may);
        self.now.output_watermark
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        self.now.clock = now;
        self.run_timers(TimeDomain::ProcessingTime, now)
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.outside.alarms.first()
    }

    fn pending(&self) -> Option<Pending> {
        let next_event = self.outside.timers.first();
        Some(Pending { count: self.keys.len() as u64, what: "keys with open windows", next_event })
    }

    fn left_behind(&self) -> Option<Kept> {
        let mut kept = Kept::none_of("keys");
        for state in self.keys.states() {
            state.expectant_windows().for_each(|window| kept.count_in(window, 1));
        }
        kept.if_any()
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Takes<K, V> for ByKey<K, V, C, R> {
    fn take(&mut self, rows: HashedRows<(K, V)>) -> Result<()> {
        self.take_as(rows, |value| value)
    }
}
