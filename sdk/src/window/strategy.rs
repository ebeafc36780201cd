//! How a collection is windowed, completely.

use super::{Accumulation, AnyWindowFn, ClosingBehavior, GlobalWindows, OnTimeBehavior, TimestampCombiner, Trigger};
use crate::{Error, ErrorKind, Result};
use std::time::Duration;

/// How a collection is windowed: every collection has one (Beam model, `WindowingStrategy`).
///
/// Made by [`Windowing::apply_to`](super::Windowing::apply_to) from that of the input, beginning with the default: the
/// global window, the default trigger, discarding, no lateness, results at the end of their window.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct WindowingStrategy {
    pub(super) window_fn: AnyWindowFn,
    /// A function has found windows for each element: any, not only those of `window_fn`.
    pub(super) is_by_element: bool,
    /// A grouping has merged the windows: the next one takes them as they are.
    pub(super) is_merged: bool,
    pub(super) trigger: Trigger,
    pub(super) accumulation: Option<Accumulation>,
    pub(super) allowed_lateness: Option<Duration>,
    pub(super) timestamp_combiner: TimestampCombiner,
    pub(super) closing_behavior: ClosingBehavior,
    pub(super) on_time_behavior: OnTimeBehavior,
    pub(super) allows_data_loss: bool,
    pub(super) may_retract: bool,
    pub(super) is_punctuated: bool,
}

impl Default for WindowingStrategy {
    fn default() -> Self {
        Self {
            window_fn: GlobalWindows.into(),
            is_by_element: false,
            is_merged: false,
            trigger: Trigger::Default,
            accumulation: None,
            allowed_lateness: None,
            timestamp_combiner: TimestampCombiner::default(),
            closing_behavior: ClosingBehavior::default(),
            on_time_behavior: OnTimeBehavior::default(),
            allows_data_loss: false,
            may_retract: false,
            is_punctuated: false,
        }
    }
}

impl WindowingStrategy {
    /// What assigns windows.
    pub fn window_fn(&self) -> &AnyWindowFn {
        &self.window_fn
    }

    /// Whether all windows are those of sliding windows, so that what overlaps can be shared.
    pub(crate) fn slides(&self) -> bool {
        matches!(self.window_fn, AnyWindowFn::Sliding(_)) && !self.is_by_element
    }

    /// Whether a grouping has to merge windows: those of sessions, unless an earlier grouping has.
    pub fn needs_merging(&self) -> bool {
        self.window_fn.merges() && !self.is_merged
    }

    /// When windows show results.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// What results after the first contain.
    pub fn accumulation(&self) -> Accumulation {
        self.accumulation.unwrap_or(Accumulation::Discarding)
    }

    /// How far the watermark may be past the end of a window that still takes elements.
    pub fn allowed_lateness(&self) -> Duration {
        self.allowed_lateness.unwrap_or_default()
    }

    /// The timestamps of results.
    pub fn timestamp_combiner(&self) -> TimestampCombiner {
        self.timestamp_combiner
    }

    /// Whether windows show a last result without news.
    pub fn closing_behavior(&self) -> ClosingBehavior {
        self.closing_behavior
    }

    /// Whether windows show an on-time result without news.
    pub fn on_time_behavior(&self) -> OnTimeBehavior {
        self.on_time_behavior
    }

    /// Whether elements of the collection may be [taken back](super#retractions): it is made of the results of a
    /// grouping that retracts. Who writes such a collection, or makes a side input of it, has to look at
    /// [`Pane::is_retraction`](super::Pane::is_retraction), and combining before an exchange is not possible.
    pub fn may_retract(&self) -> bool {
        self.may_retract
    }

    /// Whether elements may be lost because a trigger finishes.
    pub(crate) fn allows_data_loss(&self) -> bool {
        self.allows_data_loss
    }

    /// The strategy of a collection whose retractions have been made into elements, or handled otherwise.
    #[must_use]
    pub fn without_retractions(&self) -> Self {
        Self { may_retract: false, ..self.clone() }
    }

    /// The strategy of a collection whose elements are in windows that a function has found for each of them.
    #[must_use]
    pub(crate) fn by_element(&self) -> Self {
        Self { is_by_element: true, ..self.clone() }
    }

    /// The strategy of a collection some elements of which are marked for
    /// [`Trigger::after_punctuation`](super::Trigger::after_punctuation).
    #[must_use]
    pub fn punctuated(&self) -> Self {
        Self { is_punctuated: true, ..self.clone() }
    }

    /// The strategy of what a grouping makes of a collection with this one: the same windows, merged already, and the
    /// [continuation](Trigger::continuation) of the trigger.
    #[must_use]
    pub fn after_grouping(&self) -> Self {
        Self {
            is_merged: self.window_fn.merges(),
            trigger: self.trigger.continuation(),
            may_retract: self.accumulation() == Accumulation::Retracting && !self.shows_once(),
            is_punctuated: false,
            ..self.clone()
        }
    }

    /// Whether a window never shows more than one result, also of a collection without an end.
    pub fn shows_once(&self) -> bool {
        match &self.trigger {
            Trigger::Never => true,
            Trigger::Default => self.allowed_lateness().is_zero(),
            Trigger::AfterWatermark(trigger) => trigger.early_trigger().is_none() && self.allowed_lateness().is_zero(),
            _ => false,
        }
    }

    /// The same for results that do not keep the marks of elements.
    pub(crate) fn unpunctuated(&self) -> Self {
        Self { is_punctuated: false, ..self.clone() }
    }

    /// The same for results that may be as late as elements of `other` may.
    pub(crate) fn as_late_as(&self, other: &Self) -> Self {
        Self {
            allowed_lateness: self.allowed_lateness.max(other.allowed_lateness),
            accumulation: self.accumulation.or(other.accumulation),
            ..self.clone()
        }
    }

    /// Whether a collection can be grouped.
    ///
    /// # Errors
    /// When there would never be a result: in the global window, which ends when all input has ended, the default
    /// trigger waits forever if the collection is unbounded, and a trigger that waits for marked elements does if none
    /// are marked. Also when the trigger would lose elements, and when results could not be corrected that were made of
    /// elements which are taken back.
    pub fn check_grouping(&self, is_bounded: bool) -> Result<()> {
        if !is_bounded && self.window_fn.is_global() && self.trigger == Trigger::Default {
            let message = "an unbounded collection in the global window cannot be grouped: its window never ends";
            let help = "divide it into windows, such as `.window(Windowing::fixed(size))`, or give it a trigger, such \
                        as `Trigger::repeatedly(Trigger::after_processing_time(delay))`";
            return Err(Error::new(ErrorKind::Graph, message).help(help));
        }
        self.check_punctuation()?;
        self.check_retractions()?;
        self.check_trigger()
    }

    fn check_punctuation(&self) -> Result<()> {
        if self.is_punctuated || !self.trigger.waits_for_punctuation() {
            return Ok(());
        }
        let message = format!("the trigger {} waits for marked elements, and none are marked", self.trigger);
        let help = "say which elements make it fire, with `.punctuated_by(|element| …)` before the grouping";
        Err(Error::new(ErrorKind::Graph, message).help(help))
    }

    fn check_retractions(&self) -> Result<()> {
        if !self.may_retract || self.accumulation() != Accumulation::Discarding || self.shows_once() {
            return Ok(());
        }
        let message =
            "elements of the collection may be taken back, and discarding windows have forgotten them by then";
        let help = "say `.window(Windowing::unchanged().accumulation(Accumulation::Retracting))` before the grouping, \
                    or `Accumulation::Accumulating`";
        Err(Error::new(ErrorKind::Graph, message).help(help))
    }

    /// Whether the trigger keeps all elements, or may lose some.
    pub(super) fn check_trigger(&self) -> Result<()> {
        if self.allows_data_loss || !self.trigger.may_lose_data(self.allowed_lateness()) {
            return Ok(());
        }
        let help = match &self.trigger {
            Trigger::AfterWatermark(_) => {
                "say what late elements do, such as `.late(Trigger::after_count(1))`, or allow no lateness".to_owned()
            }
            trigger => format!("say `Trigger::repeatedly({trigger})` to begin it anew each time"),
        };
        let message = format!("the trigger {} can finish, and elements that come after that are lost", self.trigger);
        Err(Error::new(ErrorKind::Graph, message).help(help + "; or `.allow_data_loss()` if that is what you want"))
    }

    /// The strategy of collections that flow together: that of the first.
    ///
    /// # Errors
    /// When windows or triggers differ. Other differences are none: the first input's word counts.
    ///
    /// # Panics
    /// Without inputs.
    pub fn flatten(inputs: &[&Self]) -> Result<Self> {
        let (first, others) = inputs.split_first().expect("a flatten has an input");
        for other in others {
            first.check_together(other)?;
        }
        let is_merged = inputs.iter().all(|input| input.is_merged);
        let is_by_element = inputs.iter().any(|input| input.is_by_element);
        let may_retract = inputs.iter().any(|input| input.may_retract);
        let is_punctuated = inputs.iter().any(|input| input.is_punctuated);
        Ok(Self { is_by_element, is_merged, may_retract, is_punctuated, ..(*first).clone() })
    }

    fn check_together(&self, other: &Self) -> Result<()> {
        let (what, a, b) = if !self.window_fn.is_compatible(&other.window_fn) {
            ("windows", self.window_fn.to_string(), other.window_fn.to_string())
        } else if self.trigger != other.trigger {
            ("triggers", self.trigger.to_string(), other.trigger.to_string())
        } else {
            return Ok(());
        };
        let message = format!("collections of different {what} cannot come together: {a}, and {b}");
        Err(Error::new(ErrorKind::Graph, message).help("window them alike before, with `.window(…)`"))
    }
}
