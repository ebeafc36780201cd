//! The keys of one worker in their windows.

use super::slots::Slots;
use super::timers::{Holds, Timers};
use crate::kernel::clock::Clock;
use crate::kernel::guard::catch;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Emitter, Inbox, Operator, Packet, Stamp, Wiring};
use crate::metrics::Counter;
use crate::window::reduce::{
    Contents, Dropped, DroppedBecause, Effects, KeyState, Now, Reducer, TimeDomain, Wake, WindowResult,
};
use crate::window::{Pane, Window, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use smallvec::smallvec;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Elements that windows did not take because the watermark was past their end by more than the allowed lateness.
pub(crate) static DROPPED_LATE: Counter = Counter::new("dropped_late");
/// Elements that windows did not take because their trigger had finished.
pub(crate) static DROPPED_CLOSED: Counter = Counter::new("dropped_closed");

/// Groups the rows of the keys that this worker owns.
pub(crate) struct Grouping<K, V, C: Contents<V>> {
    reducer: Reducer<V, C>,
    step: Arc<Step>,
    clock: Arc<dyn Clock>,
    now: Now,
    keys: Slots<K, KeyState<C::State>>,
    outside: Outside<K, V, C::Out>,
}

/// What there is beside the state of keys.
struct Outside<K, V, O> {
    timers: Timers<(u32, Window)>,
    alarms: Timers<(u32, Window)>,
    holds: Holds,
    out: Emitter<(K, O)>,
    late: Option<Emitter<(K, V)>>,
}

/// The effects of a call for one key.
struct Visit<'a, K, V, O> {
    slot: u32,
    key: &'a K,
    outside: &'a mut Outside<K, V, O>,
}

impl<K: Key, V: Element, O: Element> Effects<V, O> for Visit<'_, K, V, O> {
    fn result(&mut self, result: WindowResult<O>) {
        let WindowResult { window, timestamp, pane, contents } = result;
        let stamp = Stamp { time: timestamp, windows: smallvec![window], pane };
        self.outside.out.emit_with((self.key.clone(), contents), &stamp);
    }

    fn dropped(&mut self, dropped: Dropped<V>) {
        match dropped.because {
            DroppedBecause::Late => DROPPED_LATE.inc(1),
            DroppedBecause::Closed => DROPPED_CLOSED.inc(1),
        }
        if let Some(late) = &mut self.outside.late {
            let stamp = Stamp { time: dropped.timestamp, windows: smallvec![dropped.window], pane: Pane::UNKNOWN };
            late.emit_with((self.key.clone(), dropped.value), &stamp);
        }
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        self.outside.holds.change(from, to);
    }

    fn wake(&mut self, wake: Wake) {
        let timers = match wake.domain {
            TimeDomain::EventTime => &mut self.outside.timers,
            TimeDomain::ProcessingTime => &mut self.outside.alarms,
        };
        timers.set(wake.at, (self.slot, wake.window));
    }
}

impl<K: Key, V: Element, C: Contents<V, Out: Element>> Grouping<K, V, C> {
    pub(super) fn new(strategy: &WindowingStrategy, contents: C, wiring: &Wiring<'_>) -> Self {
        let outside = Outside {
            timers: Timers::new(),
            alarms: Timers::new(),
            holds: Holds::default(),
            out: wiring.emitter(0),
            late: (wiring.outputs.len() > 1).then(|| wiring.emitter(1)),
        };
        Self {
            reducer: Reducer::new(strategy, contents),
            step: wiring.step.clone(),
            clock: wiring.env.clock.clone(),
            now: Now::START,
            keys: Slots::new(),
            outside,
        }
    }

    fn take(&mut self, rows: HashedRows<(K, V)>) -> Result<()> {
        self.now.clock = self.clock.now();
        let step = self.step.clone();
        catch(&step, || self.add_all(rows))?;
        self.check()
    }

    fn add_all(&mut self, HashedRows { hashes, batch }: HashedRows<(K, V)>) {
        let meta = batch.meta;
        for (row, ((key, value), hash)) in batch.values.into_iter().zip(hashes).enumerate() {
            let slot = self.keys.find_or_insert(hash, key);
            let (time, windows) = (*meta.time.get(row), meta.windows.get(row));
            self.visit(slot, |reducer, state, now, visit| {
                reducer.element(state, now, time, windows, value, visit);
            });
        }
    }

    /// Calls the rules for a key, and forgets the key if nothing is left of it.
    #[inline]
    fn visit(
        &mut self,
        slot: u32,
        call: impl FnOnce(&Reducer<V, C>, &mut KeyState<C::State>, &Now, &mut Visit<'_, K, V, C::Out>),
    ) {
        let Self { reducer, keys, now, outside, .. } = self;
        let Some((key, state)) = keys.get_mut(slot) else { return };
        call(reducer, state, now, &mut Visit { slot, key, outside });
        if state.is_empty() {
            keys.remove(slot);
        }
    }

    fn run_timers(&mut self, domain: TimeDomain, until: Timestamp) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || {
            while let Some((at, due)) = self.timers(domain).take_due(until) {
                for (slot, window) in due {
                    let wake = Wake { domain, at, window };
                    self.visit(slot, |reducer, state, now, visit| reducer.on_timer(state, now, wake, visit));
                }
            }
        })?;
        self.check()
    }

    fn timers(&mut self, domain: TimeDomain) -> &mut Timers<(u32, Window)> {
        match domain {
            TimeDomain::EventTime => &mut self.outside.timers,
            TimeDomain::ProcessingTime => &mut self.outside.alarms,
        }
    }

    /// The error of a consumer, if there was one.
    fn check(&mut self) -> Result<()> {
        self.outside.out.check()?;
        self.outside.late.as_mut().map_or(Ok(()), Emitter::check)
    }
}

impl<K: Key, V: Element, C: Contents<V, Out: Element>> Operator for Grouping<K, V, C> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.outside.out.flush()?;
        self.outside.late.as_mut().map_or(Ok(()), Emitter::flush)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.now.watermark = time;
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
}

impl<K: Key, V: Element, C: Contents<V, Out: Element>> Inbox for Grouping<K, V, C> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.take(packet.open())
    }
}

/// The inbox of one of several inputs.
pub(super) struct Input<K, A, V, C: Contents<V>> {
    pub(super) grouping: Rc<RefCell<Grouping<K, V, C>>>,
    pub(super) wrap: fn(A) -> V,
}

impl<K: Key, A: Element, V: Element, C: Contents<V, Out: Element>> Inbox for Input<K, A, V, C> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let HashedRows { hashes, batch } = packet.open::<HashedRows<(K, A)>>();
        let wrap = |(key, value)| (key, (self.wrap)(value));
        let batch = crate::kernel::Batch { values: batch.values.into_iter().map(wrap).collect(), meta: batch.meta };
        self.grouping.borrow_mut().take(HashedRows { hashes, batch })
    }
}
