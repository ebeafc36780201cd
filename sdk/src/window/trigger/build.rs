//! The parts of triggers that are built in several steps.

use super::Trigger;
use crate::Timestamp;
use std::time::Duration;

/// Fires when the watermark passes the end of the window: when, as far as the sources know, all elements are there.
///
/// With `early` the window shows results before, with `late` after that. Both repeat.
///
/// - Alone it finishes: with an allowed lateness of zero that is all there can be, otherwise late elements would be
///   lost and it is refused.
/// - With `late` it never finishes.
///
/// ```
/// use beamline_sdk::window::Trigger;
///
/// let trigger = Trigger::after_watermark().early(Trigger::after_count(100)).late(Trigger::after_count(1));
/// assert!(!Trigger::from(trigger).may_finish());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AfterWatermark {
    pub(super) early: Option<Box<Trigger>>,
    pub(super) late: Option<Box<Trigger>>,
}

impl AfterWatermark {
    /// Fires also before the end of the window, each time that `trigger` is ready.
    #[must_use]
    pub fn early(mut self, trigger: impl Into<Trigger>) -> Self {
        self.early = Some(Box::new(trigger.into()));
        self
    }

    /// Fires also after the end of the window, each time that `trigger` is ready.
    #[must_use]
    pub fn late(mut self, trigger: impl Into<Trigger>) -> Self {
        self.late = Some(Box::new(trigger.into()));
        self
    }

    /// What fires before the end of the window.
    pub fn early_trigger(&self) -> Option<&Trigger> {
        self.early.as_deref()
    }

    /// What fires after the end of the window.
    pub fn late_trigger(&self) -> Option<&Trigger> {
        self.late.as_deref()
    }

    /// Fires as this trigger until `last` is ready, then once with `last`, and finishes.
    #[must_use]
    pub fn or_finally(self, last: impl Into<Trigger>) -> Trigger {
        Trigger::from(self).or_finally(last)
    }
}

impl From<AfterWatermark> for Trigger {
    fn from(trigger: AfterWatermark) -> Self {
        Self::AfterWatermark(trigger)
    }
}

/// Fires some time after the first element, by the clock of the worker, and finishes.
///
/// ```
/// use beamline_sdk::window::Trigger;
/// use std::time::Duration;
///
/// // At the full minute.
/// let minutely = Trigger::after_processing_time(Duration::ZERO).aligned_to(Duration::from_secs(60), Duration::ZERO);
/// assert!(Trigger::from(minutely).may_finish());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AfterProcessingTime {
    /// Milliseconds.
    pub(super) delay: i64,
    /// Period and offset, milliseconds.
    pub(super) alignment: Option<(i64, i64)>,
}

impl AfterProcessingTime {
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay: millis_up(delay), alignment: None }
    }

    /// Waits on, up to the next multiple of `period` since 1970-01-01T00:00:00Z plus `offset`, so that many windows
    /// fire together. Both in whole milliseconds, rounded up.
    #[must_use]
    pub fn aligned_to(mut self, period: Duration, offset: Duration) -> Self {
        self.alignment = Some((millis_up(period), millis_up(offset)));
        self
    }

    /// The delay.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay as u64)
    }

    /// Period and offset of the alignment.
    pub fn alignment(&self) -> Option<(Duration, Duration)> {
        let duration = |millis| Duration::from_millis(millis as u64);
        self.alignment.map(|(period, offset)| (duration(period), duration(offset)))
    }

    /// Fires as this trigger until `last` is ready, then once with `last`, and finishes.
    #[must_use]
    pub fn or_finally(self, last: impl Into<Trigger>) -> Trigger {
        Trigger::from(self).or_finally(last)
    }

    /// When to fire if the first element comes `now`.
    pub(super) fn deadline(&self, now: Timestamp) -> Timestamp {
        let due = now + self.delay();
        match self.alignment {
            Some((period @ 1.., offset)) => {
                Timestamp::from_millis(due.millis() + (offset - due.millis()).rem_euclid(period))
            }
            _ => due,
        }
    }
}

impl From<AfterProcessingTime> for Trigger {
    fn from(trigger: AfterProcessingTime) -> Self {
        Self::AfterProcessingTime(trigger)
    }
}

/// Whole milliseconds, rounded up, no more than there are in all time.
fn millis_up(duration: Duration) -> i64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).unwrap_or(i64::MAX).min(Timestamp::MAX.millis())
}

/// Several triggers: an array or a `Vec`, or a tuple where they are of different types.
pub trait Triggers {
    /// The triggers in a list.
    fn into_triggers(self) -> Vec<Trigger>;
}

impl<T: Into<Trigger>> Triggers for Vec<T> {
    fn into_triggers(self) -> Vec<Trigger> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<Trigger>, const N: usize> Triggers for [T; N] {
    fn into_triggers(self) -> Vec<Trigger> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($($($T:ident $index:tt),+;)+) => {$(
        impl<$($T: Into<Trigger>),+> Triggers for ($($T,)+) {
            fn into_triggers(self) -> Vec<Trigger> {
                vec![$(self.$index.into()),+]
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}
