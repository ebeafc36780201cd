//! Grouping in windows, for one key: what a runner's keyed operator calls.
//!
//! A [`Reducer`] holds the rules of one grouping step. It has no state of its own: what a key has open is in a
//! [`KeyState`], plain data that can be saved and loaded, and what shall happen outside goes to the caller's
//! [`Effects`]: results, dropped elements, timers to set, and how far the output watermark has to wait.
//!
//! # How to drive it
//!
//! - [`element`](Reducer::element) for every element, with the windows it is in. The time of the caller is the [`Now`]:
//!   both watermarks and the clock.
//! - A [`Wake`] asks for a timer. When the watermark or the clock reaches it, call [`on_timer`](Reducer::on_timer).
//!   Timers are never taken back: one that nothing waits for does nothing. The same one may be asked for twice, and a
//!   session that grows is content with the one it has. Run all
//!   timers that a new watermark reaches, in the order of their times, before more elements, and with the *output*
//!   watermark still as it was; then move the output watermark.
//! - The output watermark may go as far as the input watermark, but not beyond a hold. [`Effects::hold`] says how the
//!   hold of one window moves; with a count per instant the least one is always known, once the call has returned. It
//!   must never go back.
//! - A key whose state [is empty](KeyState::is_empty) can be forgotten.
//! - After a state was loaded, [`announce`](Reducer::announce) tells its holds and timers again.
//!
//! All work is per window: nothing ever looks at all keys, or at all windows of a key.
//!
//! ```
//! use beamline_sdk::Timestamp;
//! use beamline_sdk::window::reduce::{KeyState, Listed, Now, Recorded, Reducer};
//! use beamline_sdk::window::{WindowSet, Windowing, WindowingStrategy};
//! use std::time::Duration;
//!
//! let strategy = Windowing::fixed(Duration::from_secs(10)).apply_to(&WindowingStrategy::default())?;
//! let reducer = Reducer::new(&strategy, Listed);
//! let (mut key, mut effects) = (KeyState::default(), Recorded::default());
//! let mut now = Now::START;
//!
//! let time = Timestamp::from_millis(3_000);
//! let mut windows = WindowSet::new();
//! strategy.window_fn().assign(time, &mut windows);
//! reducer.element(&mut key, &now, time, &windows, 7_u64, &mut effects);
//!
//! let wake = effects.wakes[0];
//! assert_eq!(wake.at.millis(), 10_000);
//! now.watermark = wake.at;
//! reducer.on_timer(&mut key, &now, wake, &mut effects);
//! assert_eq!(effects.results[0].contents, [7]);
//! assert!(key.is_empty());
//! # Ok::<(), beamline_sdk::Error>(())
//! ```

mod aside;
mod contents;
mod effects;
mod holds;
mod merging;
mod panes;
mod state;
#[cfg(test)]
mod tests;
mod visit;
mod window_map;

pub use contents::{Accumulated, Bag, Combined, Contents, List, Listed, Revised};
pub use effects::{Dropped, DroppedBecause, Effects, Recorded, TimeDomain, Wake, WindowResult};
pub use state::KeyState;
pub(crate) use window_map::WindowMap;

use super::trigger::{Moment, TriggerMachine};
use super::{Accumulation, AnyWindowFn, Mark, Window, WindowingStrategy};
use crate::Timestamp;
use std::marker::PhantomData;
use visit::Visit;

/// The time of a step when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The watermark of its input: elements before it are late.
    pub watermark: Timestamp,
    /// The watermark that it has told downstream, never after the one of its input.
    pub output_watermark: Timestamp,
    /// The clock, in milliseconds since the Unix epoch.
    pub clock: Timestamp,
}

impl Now {
    /// Before the first element, at the beginning of the epoch.
    pub const START: Self =
        Self { watermark: Timestamp::MIN, output_watermark: Timestamp::MIN, clock: Timestamp::from_millis(0) };

    #[inline]
    fn in_window(&self, window: Window) -> Moment {
        Moment { last: window.max_timestamp(), watermark: self.watermark, clock: self.clock }
    }
}

/// An element as it comes to a grouping, but for its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// Its timestamp.
    pub time: Timestamp,
    /// The windows that it is in.
    pub windows: &'a [Window],
    /// The mark of its [pane](super::Pane::mark).
    pub mark: Mark,
}

/// The rules of a grouping: a windowing strategy at work on what windows contain.
pub struct Reducer<V, C> {
    strategy: WindowingStrategy,
    machine: TriggerMachine,
    contents: C,
    allowed_lateness: i64,
    is_merging: bool,
    /// Elements may be taken back.
    is_revised: bool,
    _values: PhantomData<fn(V)>,
}

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    /// The rules of a grouping of a collection with this strategy.
    pub fn new(strategy: &WindowingStrategy, contents: C) -> Self {
        let is_merging = strategy.needs_merging();
        let machine = TriggerMachine::new(strategy.trigger(), is_merging);
        // Rounded down, as if time between two milliseconds did not exist.
        let allowed_lateness = i64::try_from(strategy.allowed_lateness().as_millis()).unwrap_or(i64::MAX);
        Self {
            strategy: strategy.clone(),
            machine,
            contents,
            allowed_lateness,
            is_merging,
            is_revised: strategy.may_retract(),
            _values: PhantomData,
        }
    }

    /// An element of the key has come, which is in these windows.
    #[inline]
    pub fn element(
        &self,
        key: &mut KeyState<C::State>,
        now: &Now,
        time: Timestamp,
        windows: &[Window],
        value: V,
        effects: &mut impl Effects<V, C::Out>,
    ) {
        self.arrival(key, now, Arrival { time, windows, mark: Mark::None }, value, effects);
    }

    /// An element of the key has come, or is taken back, as its mark says.
    ///
    /// # Panics
    /// When an element is taken back, and the [strategy](WindowingStrategy::may_retract) excludes that.
    pub fn arrival(
        &self,
        key: &mut KeyState<C::State>,
        now: &Now,
        arrival: Arrival<'_>,
        value: V,
        effects: &mut impl Effects<V, C::Out>,
    ) {
        let Arrival { time, windows, mark } = arrival;
        assert!(self.is_revised || mark != Mark::Retracts, "{NOT_REVISED}");
        let mut visit = Visit { reducer: self, key, now, effects };
        let Some((last, others)) = windows.split_last() else { return };
        for window in others {
            visit.element(mark, time, *window, value.clone());
        }
        visit.element(mark, time, *last, value);
    }

    /// The watermark or the clock has reached a timer.
    pub fn on_timer(&self, key: &mut KeyState<C::State>, now: &Now, wake: Wake, effects: &mut impl Effects<V, C::Out>) {
        let mut visit = Visit { reducer: self, key, now, effects };
        match wake.domain {
            TimeDomain::EventTime => visit.watermark_passed(wake),
            TimeDomain::ProcessingTime => visit.clock_passed(wake),
        }
    }

    /// Tells all holds of a key and asks for all its timers, as if it had just come to be.
    pub fn announce(&self, key: &KeyState<C::State>, now: &Now, effects: &mut impl Effects<V, C::Out>) {
        for (window, open) in key.open.iter() {
            effects.hold(None, self.hold_of(open, *window));
            effects.wake(Wake { domain: TimeDomain::EventTime, at: open.timer, window: *window });
            if let Some(due) = self.machine.next_deadline(&open.trigger, now.clock) {
                effects.wake(Wake::on_clock(*window, due));
            }
        }
        key.aside.closed().for_each(|window| effects.wake(self.wake_at_expiry(*window)));
        let strangers = key.aside.shown().filter(|(window, shown)| **window != shown.window);
        strangers.for_each(|(window, shown)| effects.wake(self.wake_to_take_back(shown, *window)));
        key.aside.lone().for_each(|window| effects.wake(Wake::on_clock(*window, now.clock)));
    }

    /// Whether windows that overlap become one, and nothing else.
    fn is_sessions(&self) -> bool {
        self.is_merging && matches!(self.strategy.window_fn(), AnyWindowFn::Sessions(_))
    }

    fn is_expired(&self, window: Window, now: &Now) -> bool {
        now.watermark > self.expiry(window)
    }

    fn expiry(&self, window: Window) -> Timestamp {
        // As `Window::expiry`, without converting a duration for each element.
        let last = window.max_timestamp().millis();
        Timestamp::from_millis(last.saturating_add(self.allowed_lateness)).min(Timestamp::END_OF_GLOBAL_WINDOW)
    }

    fn wake_at_expiry(&self, window: Window) -> Wake {
        Wake::behind(window, self.expiry(window))
    }

    fn accumulates(&self) -> bool {
        self.strategy.accumulation() != Accumulation::Discarding
    }

    fn retracts(&self) -> bool {
        self.strategy.accumulation() == Accumulation::Retracting
    }

    fn new_contents(&self) -> C::State {
        if self.is_revised { self.contents.create_revisable() } else { self.contents.create() }
    }
}

const NOT_REVISED: &str = "an element is taken back, in a collection whose windowing strategy excludes that";
