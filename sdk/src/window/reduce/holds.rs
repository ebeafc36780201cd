//! How far results hold the output watermark back, and with that their timestamps.
//!
//! A result must not be late downstream without need. So elements hold the output watermark at the timestamp that their
//! result will have, as long as that is possible still (Beam's watermark holds).

use super::state::OpenWindow;
use super::{Contents, Now, Reducer};
use crate::Timestamp;
use crate::window::{ClosingBehavior, TimestampCombiner, Window};

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    /// Where a window holds the output watermark.
    pub(super) fn hold_of(&self, open: &OpenWindow<C::State>, window: Window) -> Option<Timestamp> {
        let expiry = open.holds_expiry.then(|| self.expiry(window));
        match (open.element_hold, expiry) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The timestamp of a result now.
    pub(super) fn timestamp_of(&self, open: &OpenWindow<C::State>, window: Window) -> Timestamp {
        self.hold_of(open, window).map_or(window.max_timestamp(), |hold| hold.min(window.max_timestamp()))
    }

    /// Holds for an element; where it is too late for that, only the last result of the window is held for.
    pub(super) fn hold_for_element(&self, open: &mut OpenWindow<C::State>, window: Window, time: Timestamp, now: &Now) {
        let last = window.max_timestamp();
        let hold = match self.strategy.timestamp_combiner() {
            TimestampCombiner::EndOfWindow => last,
            TimestampCombiner::Earliest | TimestampCombiner::Latest => time,
        };
        if hold < now.output_watermark || last < now.watermark {
            open.holds_expiry = true;
        } else {
            open.element_hold = Some(self.combine_holds(open.element_hold, hold));
        }
    }

    /// Holds of a window that others have become.
    pub(super) fn hold_for_merged<S>(
        &self,
        open: &mut OpenWindow<S>,
        window: Window,
        holds: impl Iterator<Item = Timestamp>,
        now: &Now,
    ) {
        let last = window.max_timestamp();
        open.element_hold = match self.strategy.timestamp_combiner() {
            TimestampCombiner::EndOfWindow => {
                Some(last).filter(|last| *last >= now.watermark.max(now.output_watermark))
            }
            TimestampCombiner::Earliest | TimestampCombiner::Latest => {
                holds.fold(None, |all, hold| Some(self.combine_holds(all, hold)))
            }
        };
        open.holds_expiry = !self.is_expired(window, now);
    }

    /// After a result nothing is held for, but for the last one if it will come in any case.
    pub(super) fn release(&self, open: &mut OpenWindow<C::State>, window: Window, is_last: bool, now: &Now) {
        open.element_hold = None;
        let comes_always = self.strategy.closing_behavior() == ClosingBehavior::FireAlways;
        open.holds_expiry = comes_always && !is_last && !self.is_expired(window, now);
    }

    fn combine_holds(&self, hold: Option<Timestamp>, other: Timestamp) -> Timestamp {
        let hold = hold.unwrap_or(other);
        match self.strategy.timestamp_combiner() {
            TimestampCombiner::Latest => hold.max(other),
            TimestampCombiner::Earliest | TimestampCombiner::EndOfWindow => hold.min(other),
        }
    }
}
