//! Grouping in sessions that show one result at their end, and one for each late element: the default trigger.
//!
//! As [`ByKey`](super::ByKey), for whose rules a session has a trigger that has to be asked, holds, and deadlines. Here
//! a session has contents and an end, and its only timer is moved when it comes, not whenever the session grows.

use super::results::Results;
use super::rows::{ResultRow, Takes};
use super::sessions::{Session, Sessions};
use super::timers::Timers;
use super::{Late, by_window};
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::keyed::slots::{BLOCK, Guess, Slots};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Env, Kept, Operator, Pending, Stamp, Wiring};
use crate::window::reduce::{Contents, Dropped, DroppedBecause};
use crate::window::{Accumulation, AnyWindowFn, Mark, Pane, Timing, Window, WindowSet, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Groups the rows of the keys that this worker owns.
pub(crate) struct BySession<K, V, C: Contents<V>, R: ResultRow<K, C::Out>> {
    rules: Rules<C>,
    step: Arc<Step>,
    env: Rc<Env>,
    output_watermark: Timestamp,
    keys: Slots<K, Sessions<C::State>>,
    outside: Outside<K, V, R::Row>,
}

/// What sessions have in common.
struct Rules<C> {
    contents: C,
    accumulates: bool,
    /// In milliseconds.
    allowed_lateness: i64,
    watermark: Timestamp,
}

/// What there is beside sessions.
struct Outside<K, V, Row> {
    /// The slot of a key, and an instant of its session.
    timers: Timers<(u32, Timestamp)>,
    results: Results<K, V, Row>,
}

/// Whether a grouping with this windowing shows what [`BySession`] does.
pub(super) fn is_for(strategy: &WindowingStrategy) -> bool {
    strategy.needs_merging()
        && matches!(strategy.window_fn(), AnyWindowFn::Sessions(_))
        && by_window::shows_once(strategy)
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> BySession<K, V, C, R> {
    pub(crate) fn new(strategy: &WindowingStrategy, contents: C, late: Late<K, V>, wiring: &Wiring<'_>) -> Self {
        let rules = Rules {
            contents,
            accumulates: strategy.accumulation() == Accumulation::Accumulating,
            allowed_lateness: i64::try_from(strategy.allowed_lateness().as_millis()).unwrap_or(i64::MAX),
            watermark: Timestamp::MIN,
        };
        Self {
            rules,
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            output_watermark: Timestamp::MIN,
            keys: Slots::new(),
            outside: Outside { timers: Timers::new(), results: Results::new(wiring, strategy, late) },
        }
    }

    fn add_all(&mut self, HashedRows { hashes, batch }: HashedRows<(K, V)>) {
        let Batch { mut values, meta } = batch;
        let mut guesses = [Guess::NONE; BLOCK];
        let mut pairs = drain(&mut values);
        for first in (0..hashes.len()).step_by(BLOCK) {
            self.keys.ask_for(&hashes, first, &mut guesses);
            for ((row, hash), guess) in (first..).zip(&hashes[first..]).zip(guesses) {
                let (key, value) = pairs.pop();
                let Some((last, others)) = meta.windows.get(row).split_last() else { continue };
                let time = *meta.time.get(row);
                if !others.is_empty() {
                    self.add_to_each(*hash, &key, &value, time, others);
                }
                self.add(guess, *hash, key, value, time, *last);
            }
        }
        drop(pairs);
        self.env.recycling.put(HashedRows { hashes, batch: Batch { values, meta } });
    }

    #[cold]
    fn add_to_each(&mut self, hash: u64, key: &K, value: &V, time: Timestamp, windows: &[Window]) {
        for window in windows {
            self.add(Guess::NONE, hash, key.clone(), value.clone(), time, *window);
        }
    }

    #[inline]
    fn add(&mut self, guess: Guess, hash: u64, key: K, value: V, time: Timestamp, window: Window) {
        let Self { rules, keys, outside, .. } = self;
        if rules.watermark > rules.expiry(window) {
            return outside.drop_late(&key, value, time, window);
        }
        let slot = keys.find_guessed_or_insert(guess, hash, key);
        let Some((key, sessions)) = keys.get_mut(slot) else { return };
        let merge = |all: &mut C::State, other| rules.contents.merge(all, other);
        let (window, session) = sessions.join(window, || rules.contents.create(), merge);
        rules.contents.add(&mut session.contents, value);
        session.has_news = true;
        if rules.watermark > window.max_timestamp() {
            outside.show::<C, R>(rules, key, window, session, Timing::Late);
        }
        outside.set_timer(rules, slot, window, session);
    }

    /// Looks at the session that was at an instant.
    fn look_at(&mut self, slot: u32, instant: Timestamp, due: Timestamp) {
        let Self { rules, keys, outside, .. } = self;
        let Some((key, sessions)) = keys.get_mut(slot) else { return };
        let Some((window, session)) = sessions.at(instant).filter(|(_, session)| session.due == due) else { return };
        session.due = Timestamp::MAX;
        if session.has_news && rules.watermark > window.max_timestamp() {
            outside.show::<C, R>(rules, key, window, session, Timing::OnTime);
        }
        if rules.watermark <= rules.expiry(window) {
            return outside.set_timer(rules, slot, window, session);
        }
        sessions.remove(window);
        if sessions.is_empty() {
            keys.remove(slot);
        }
    }

    fn run_timers(&mut self) {
        let (watermark, mut asked_for) = (self.rules.watermark, 0);
        while let Some((at, (slot, instant))) = self.outside.timers.take_due(watermark) {
            if asked_for == 0 {
                asked_for = self.ask_for_soonest();
            }
            asked_for = asked_for.saturating_sub(1);
            self.look_at(slot, instant, at);
        }
    }

    /// Asks for the sessions that the next timers are for; says for how many.
    fn ask_for_soonest(&self) -> usize {
        let soonest = self.outside.timers.soonest(BLOCK);
        soonest.iter().for_each(|(slot, _)| self.keys.ask_for_slot(*slot));
        soonest.iter().filter_map(|(slot, _)| self.keys.get(*slot)).for_each(Sessions::ask_for_earlier);
        soonest.len()
    }
}

impl<C> Rules<C> {
    /// As [`Window::expiry`], without converting a duration for each element.
    #[inline]
    fn expiry(&self, window: Window) -> Timestamp {
        let last = window.max_timestamp().millis();
        Timestamp::from_millis(last.saturating_add(self.allowed_lateness)).min(Timestamp::END_OF_GLOBAL_WINDOW)
    }
}

impl<K: Key, V: Element, Row: Element> Outside<K, V, Row> {
    #[cold]
    fn drop_late(&mut self, key: &K, value: V, timestamp: Timestamp, window: Window) {
        self.results
            .dropped(key, Dropped { because: DroppedBecause::Late, window, timestamp, mark: Mark::None, value });
    }

    /// Shows what has come to a session whose end has passed.
    fn show<C: Contents<V>, R: ResultRow<K, C::Out, Row = Row>>(
        &mut self,
        rules: &Rules<C>,
        key: &K,
        window: Window,
        session: &mut Session<C::State>,
        timing: Timing,
    ) {
        let last = rules.watermark > rules.expiry(window);
        let keeps = rules.accumulates && !last;
        let Session { contents, panes, has_news, .. } = session;
        let out = if keeps { rules.contents.show(contents) } else { rules.contents.take(contents) };
        let pane = Pane { timing, index: *panes, on_time_index: Some(*panes), first: *panes == 0, last, ..Pane::ONLY };
        (*panes, *has_news) = (*panes + 1, false);
        let stamp = Stamp { time: window.max_timestamp(), windows: WindowSet::from(window), pane };
        self.results.show(R::row(key.clone(), out), &stamp);
    }

    /// Sees to it that a session is looked at when it ends, or when it expires.
    fn set_timer<C, S>(&mut self, rules: &Rules<C>, slot: u32, window: Window, session: &mut Session<S>) {
        let next = if session.has_news { window.max_timestamp() } else { rules.expiry(window) };
        let due = next + Duration::from_millis(1);
        if due < session.due {
            session.due = due;
            self.timers.set(due, (slot, window.start));
        }
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Takes<K, V> for BySession<K, V, C, R> {
    fn take(&mut self, rows: HashedRows<(K, V)>) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || self.add_all(rows))?;
        self.outside.results.check()
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Operator for BySession<K, V, C, R> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.outside.results.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.rules.watermark = time;
        self.outside.results.watermark(time);
        let step = self.step.clone();
        catch(&step, || self.run_timers())?;
        self.outside.results.check()
    }

    /// Results come with the watermark that passes the end of their session, and before it is passed on: nothing holds
    /// it back.
    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.output_watermark = self.output_watermark.max(input);
        self.output_watermark
    }

    fn pending(&self) -> Option<Pending> {
        let next_event = self.outside.timers.first();
        Some(Pending { count: self.keys.len() as u64, what: "keys with open windows", next_event })
    }

    fn left_behind(&self) -> Option<Kept> {
        let mut kept = Kept::none_of("keys");
        for sessions in self.keys.states() {
            sessions.expectant().for_each(|window| kept.count_in(window, 1));
        }
        kept.if_any()
    }
}
