//! Grouping in windows that show one result at their end, and one for each late element: the default trigger.
//!
//! State is kept window by window, not key by key: a table for each window, which goes as a whole when the watermark
//! passes its end. Nothing is looked up for a key but its entry in that table, and rows find their entries a block at a
//! time.

use super::Late;
use super::results::Results;
use super::rows::{ResultRow, Takes};
use super::sort::{self, WindowRows};
use crate::kernel::guard::catch;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::ordered::Ordered;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Kept, Operator, Pending, Stamp, Wiring};
use crate::window::reduce::{Contents, Dropped, DroppedBecause};
use crate::window::{
    Accumulation, ClosingBehavior, Mark, Pane, TimestampCombiner, Timing, Trigger, Window, WindowSet, WindowingStrategy,
};
use crate::{Element, Key, Result, Step, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Groups the rows of the keys that this worker owns, window by window.
pub(crate) struct ByWindow<K, V, C: Contents<V>, R: ResultRow<K, C::Out>> {
    contents: C,
    accumulates: bool,
    allowed_lateness: Duration,
    step: Arc<Step>,
    watermark: Timestamp,
    output_watermark: Timestamp,
    /// Windows whose end is to come, by their last instants.
    open: Ordered<(Timestamp, Window), Table<K, C::State>>,
    /// Windows that have shown their result and take late elements, by the instants at which they expire.
    shown: Ordered<(Timestamp, Window), Table<K, Shown<C::State>>>,
    results: Results<K, V, R::Row>,
}

/// What is left of a key in a window after its result.
struct Shown<S> {
    contents: S,
    panes: u32,
}

/// Whether a grouping with this windowing shows what [`ByWindow`] does.
pub(crate) fn is_for(strategy: &WindowingStrategy) -> bool {
    shows_once(strategy) && !strategy.needs_merging()
}

/// Whether windows show one result at their end, and one for each late element.
pub(super) fn shows_once(strategy: &WindowingStrategy) -> bool {
    fires_at_the_end(strategy)
        && strategy.timestamp_combiner() == TimestampCombiner::EndOfWindow
        && strategy.closing_behavior() == ClosingBehavior::FireIfNonEmpty
        && !strategy.may_retract()
        && matches!(strategy.accumulation(), Accumulation::Discarding | Accumulation::Accumulating)
}

/// Whether the trigger is the default one, or makes no difference to it: the global window ends and expires in one, and
/// shows its last result then if it has never fired.
fn fires_at_the_end(strategy: &WindowingStrategy) -> bool {
    let trigger = strategy.trigger();
    *trigger == Trigger::Default || *trigger == Trigger::never() && strategy.window_fn().is_global()
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> ByWindow<K, V, C, R> {
    pub(crate) fn new(strategy: &WindowingStrategy, contents: C, late: Late<K, V>, wiring: &Wiring<'_>) -> Self {
        Self {
            contents,
            accumulates: strategy.accumulation() == Accumulation::Accumulating,
            allowed_lateness: strategy.allowed_lateness(),
            step: wiring.step.clone(),
            watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            open: Ordered::new(),
            shown: Ordered::new(),
            results: Results::new(wiring, strategy, late),
        }
    }

    fn add_all(&mut self, HashedRows { hashes, batch }: HashedRows<(K, V)>) {
        let (watermark, lateness) = (self.watermark, self.allowed_lateness);
        for mut rows in sort::by_window(hashes, batch, &|window| watermark > window.expiry(lateness)) {
            self.add(rows.windows, &mut rows);
        }
    }

    fn add(&mut self, window: Window, rows: &mut WindowRows<Window, K, V>) {
        let last = window.max_timestamp();
        let expiry = window.expiry(self.allowed_lateness);
        if self.watermark > expiry {
            return self.drop_late(window, rows);
        }
        if self.watermark > last {
            return self.add_late(window, rows, expiry);
        }
        let contents = &self.contents;
        let table = self.open.get_or_insert_with((last, window), Table::new);
        let add = |state: &mut C::State, value| contents.add(state, value);
        table.update(&rows.hashes, &mut rows.rows, add, |value| {
            let mut state = contents.create();
            contents.add(&mut state, value);
            state
        });
    }

    fn drop_late(&mut self, window: Window, rows: &mut WindowRows<Window, K, V>) {
        for ((key, value), timestamp) in rows.rows.drain(..).zip(&rows.times) {
            let because = DroppedBecause::Late;
            self.results.dropped(&key, Dropped { because, window, timestamp: *timestamp, mark: Mark::None, value });
        }
    }

    /// Shows a result for each late element.
    fn add_late(&mut self, window: Window, rows: &mut WindowRows<Window, K, V>, expiry: Timestamp) {
        let Self { contents, accumulates, shown, results, .. } = self;
        let table = shown.get_or_insert_with((expiry, window), Table::new);
        for ((key, value), hash) in rows.rows.drain(..).zip(&rows.hashes) {
            let entry = table.find_or_create(*hash, key, || Shown { contents: contents.create(), panes: 0 });
            let Shown { contents: state, panes } = &mut entry.acc;
            contents.add(state, value);
            let out = if *accumulates { contents.show(state) } else { contents.take(state) };
            let (index, on_time_index) = (*panes, Some(*panes));
            let pane =
                Pane { timing: Timing::Late, index, on_time_index, first: index == 0, last: false, ..Pane::ONLY };
            *panes += 1;
            results.show(R::row(entry.key.clone(), out), &stamp(window, pane));
        }
    }

    /// The end of a window has come.
    fn close(&mut self, window: Window, mut table: Table<K, C::State>) {
        let Self { contents, results, .. } = self;
        let expiry = window.expiry(self.allowed_lateness);
        if self.watermark > expiry {
            let stamp = stamp(window, Pane::ONLY);
            let each = |(_, Entry { key, mut acc }): (u64, Entry<K, _>)| (key, contents.take(&mut acc));
            return table.drain().map(each).for_each(|(key, out)| results.show(R::row(key, out), &stamp));
        }
        let stamp = stamp(window, Pane { last: false, ..Pane::ONLY });
        let mut shown = Table::new();
        for (hash, Entry { key, mut acc }) in table.drain() {
            let out = if self.accumulates { contents.show(&mut acc) } else { contents.take(&mut acc) };
            results.show(R::row(key.clone(), out), &stamp);
            shown.find_or_create(hash, key, || Shown { contents: acc, panes: 1 });
        }
        self.shown.insert((expiry, window), shown);
    }

    fn close_all(&mut self) {
        let watermark = self.watermark;
        while let Some(((_, window), table)) = self.open.pop_first_if(|(last, _)| *last < watermark) {
            self.close(window, table);
        }
        while self.shown.pop_first_if(|(expiry, _)| *expiry < watermark).is_some() {}
    }
}

fn stamp(window: Window, pane: Pane) -> Stamp {
    let windows = WindowSet::from(window);
    Stamp { time: window.max_timestamp(), windows, pane }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Takes<K, V> for ByWindow<K, V, C, R> {
    fn take(&mut self, rows: HashedRows<(K, V)>) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || self.add_all(rows))?;
        self.results.check()
    }
}

impl<K: Key, V: Element, C: Contents<V>, R: ResultRow<K, C::Out>> Operator for ByWindow<K, V, C, R> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.results.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.watermark = time;
        self.results.watermark(time);
        let step = self.step.clone();
        catch(&step, || self.close_all())?;
        self.results.check()
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        let held = self.open.first().map_or(Timestamp::MAX, |(last, _)| *last);
        self.output_watermark = self.output_watermark.max(input.min(held));
        self.output_watermark
    }

    fn pending(&self) -> Option<Pending> {
        let next_event = self.open.first().map(|(last, _)| *last);
        Some(Pending { count: self.open.len() as u64, what: "open windows", next_event })
    }

    fn left_behind(&self) -> Option<Kept> {
        let mut kept = Kept::none_of("keys");
        for ((_, window), table) in self.open.iter() {
            kept.count_in(*window, table.len() as u64);
        }
        kept.if_any()
    }
}
