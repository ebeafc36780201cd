//! Triggers: when a window shows a result.
//!
//! A [`Trigger`] is a description, and the same for all windows of a collection. A [`TriggerMachine`] carries it out on
//! the small [`TriggerState`] that each window of each key has.

mod build;
mod display;
mod facts;
pub mod machine;
#[cfg(test)]
mod tests;

pub use build::{AfterProcessingTime, AfterWatermark, Triggers};
pub use machine::{Moment, TriggerMachine, TriggerState};

/// When a window shows a result (Beam programming guide, *Triggers*; *The Dataflow Model*, section 2.3).
///
/// The default shows one when the watermark passes the end of the window, and one for late elements as they come. It
/// is right for most programs. Others are made from parts:
///
/// ```
/// use beamline_sdk::window::Trigger;
/// use std::time::Duration;
///
/// let minute = Duration::from_secs(60);
///
/// // Speculative results a minute after something new, the result, and corrections one by one.
/// let speculative = Trigger::after_watermark()
///     .early(Trigger::after_processing_time(minute))
///     .late(Trigger::after_count(1));
///
/// // Whenever there are a thousand elements, or a minute has passed since the first of them.
/// let batches = Trigger::repeatedly(Trigger::any((
///     Trigger::after_count(1000),
///     Trigger::after_processing_time(minute),
/// )));
/// assert_eq!(
///     batches.to_string(),
///     "repeatedly(any(after_count(1000), after_processing_time(60s)))",
/// );
/// ```
///
/// A trigger that **finishes** closes its window: elements that come later are dropped. What can finish is therefore
/// refused, unless a [`Windowing`](super::Windowing) allows it; [`repeatedly`](Self::repeatedly) makes any trigger go
/// on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trigger {
    /// When the watermark passes the end of the window, then with every late element.
    #[default]
    Default,
    /// Not before the window expires.
    Never,
    /// With every element.
    Always,
    /// Once so many elements have come.
    AfterCount(u64),
    /// Once an element has come that says so.
    AfterPunctuation,
    /// Some time after the first element.
    AfterProcessingTime(AfterProcessingTime),
    /// As a grouping upstream fires by processing time: what [`continuation`](Self::continuation) makes of
    /// [`AfterProcessingTime`](Self::AfterProcessingTime). Ready with every element, because the grouping upstream has
    /// done the waiting.
    AfterSynchronizedProcessingTime,
    /// When the watermark passes the end of the window, and before or after that as well.
    AfterWatermark(AfterWatermark),
    /// Another trigger, begun anew whenever it finishes.
    Repeatedly(Box<Trigger>),
    /// When all of these would have fired.
    All(Vec<Trigger>),
    /// When the first of these fires.
    Any(Vec<Trigger>),
    /// The first until it finishes, then the second, and so on.
    Sequence(Vec<Trigger>),
    /// One until another fires, which is the end of both.
    OrFinally(Box<Trigger>, Box<Trigger>),
}

impl Trigger {
    /// Fires when the watermark passes the end of the window; see [`AfterWatermark`] for firings before and after.
    pub fn after_watermark() -> AfterWatermark {
        AfterWatermark::default()
    }

    /// Fires once `n` elements have come, and finishes.
    pub fn after_count(n: u64) -> Self {
        Self::AfterCount(n)
    }

    /// Fires once an element has come that a predicate has marked, with that element, and finishes (punctuation; *The
    /// Dataflow Model*, section 2.3, *data-dependent triggers*).
    ///
    /// [`PCollection::punctuated_by`](crate::PCollection::punctuated_by) marks elements. A grouping of a collection
    /// without marks is refused: it would wait forever.
    pub fn after_punctuation() -> Self {
        Self::AfterPunctuation
    }

    /// Fires when `delay` has passed since the first element, on the clock of the worker, and finishes; see
    /// [`AfterProcessingTime`] for firings at round times. The delay is in whole milliseconds, rounded up.
    pub fn after_processing_time(delay: std::time::Duration) -> AfterProcessingTime {
        AfterProcessingTime::new(delay)
    }

    /// Fires only when the window expires: one result, after all lateness.
    pub fn never() -> Self {
        Self::Never
    }

    /// Fires with every element, and never finishes.
    pub fn always() -> Self {
        Self::Always
    }

    /// Fires as `trigger` does, and begins it anew whenever it finishes.
    pub fn repeatedly(trigger: impl Into<Self>) -> Self {
        Self::Repeatedly(Box::new(trigger.into()))
    }

    /// Fires once every one of `triggers` is ready or has finished, and finishes (Beam's `AfterAll`).
    pub fn all(triggers: impl Triggers) -> Self {
        Self::All(triggers.into_triggers())
    }

    /// Fires with the first of `triggers` that is ready, and finishes (Beam's `AfterFirst`, `AfterAny`).
    pub fn any(triggers: impl Triggers) -> Self {
        Self::Any(triggers.into_triggers())
    }

    /// Fires as the first of `triggers` until that finishes, then as the second, and finishes with the last (Beam's
    /// `AfterEach`). Elements are shown to the one at work only.
    pub fn sequence(triggers: impl Triggers) -> Self {
        Self::Sequence(triggers.into_triggers())
    }

    /// Fires as this trigger until `last` is ready, then once with `last`, and finishes.
    #[must_use]
    pub fn or_finally(self, last: impl Into<Self>) -> Self {
        Self::OrFinally(Box::new(self), Box::new(last.into()))
    }
}
