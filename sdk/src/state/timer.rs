//! A single timer.

use super::TimeDomain;
use super::dofn::StateCx;
use super::field::{FieldKind, TimerField};
use crate::{BoxError, Timestamp};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::time::Duration;

/// Event time, as a type: of timers that wait for the watermark.
#[derive(Clone, Copy, Debug)]
pub enum EventTime {}

/// Processing time, as a type: of timers that wait for the clock.
#[derive(Clone, Copy, Debug)]
pub enum ProcessingTime {}

/// [`EventTime`] or [`ProcessingTime`].
pub trait TimeDomainType: sealed::Sealed + 'static {
    /// Which of them.
    const DOMAIN: TimeDomain;
}

impl TimeDomainType for EventTime {
    const DOMAIN: TimeDomain = TimeDomain::EventTime;
}

impl TimeDomainType for ProcessingTime {
    const DOMAIN: TimeDomain = TimeDomain::ProcessingTime;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::EventTime {}
    impl Sealed for super::ProcessingTime {}
}

/// A timer that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When it is due.
    pub at: Timestamp,
    /// The timestamp of what its callback emits.
    pub output: Timestamp,
}

impl Pending {
    /// No timer: nothing is ever due at the end of time.
    const NONE: Self = Self { at: Timestamp::MAX, output: Timestamp::MAX };

    /// Where it holds the output watermark. A timer that comes with the watermark before its results could be late needs
    /// no hold.
    pub(super) fn hold(self, domain: TimeDomain) -> Option<Timestamp> {
        let holds = domain == TimeDomain::ProcessingTime || self.output < self.at;
        (holds && self.at < Timestamp::MAX).then_some(self.output)
    }
}

/// A timer of a key in a window: an [`EventTimer`] or a [`ProcessingTimer`].
///
/// ```
/// use beamline_sdk::state::{EventTimer, StateCx};
/// use beamline_sdk::Timestamp;
///
/// fn at_noon(timer: &mut EventTimer, cx: &StateCx<'_, String>) {
///     timer.set(Timestamp::from_millis(43_200_000), cx);
///     assert!(timer.get().is_some());
/// }
/// ```
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timer<D> {
    pending: Pending,
    #[serde(skip)]
    _domain: PhantomData<fn() -> D>,
}

/// A timer that comes when the watermark reaches its time.
pub type EventTimer = Timer<EventTime>;

/// A timer that comes when the clock reaches its time.
pub type ProcessingTimer = Timer<ProcessingTime>;

impl<D> Default for Timer<D> {
    fn default() -> Self {
        Self { pending: Pending::NONE, _domain: PhantomData }
    }
}

impl<D: TimeDomainType> Timer<D> {
    /// Sets it, in place of what it was set to before.
    ///
    /// `at` is in event time for an [`EventTimer`], where the end of the window's allowed lateness is the latest that it
    /// can be, and a time of the [clock](StateCx::now) for a [`ProcessingTimer`]. `cx` is what the function was called
    /// with.
    pub fn set<O>(&mut self, at: Timestamp, cx: &StateCx<'_, O>) {
        self.pending = cx.timer_rules().pending(D::DOMAIN, at);
    }

    /// Sets it, with a timestamp of its own for what its callback will emit. The output watermark is held at `output`
    /// until then.
    ///
    /// # Errors
    /// If `output` is before the [timestamp](StateCx::timestamp) of the element or timer in work, after the time of an
    /// event-time timer, or after the window has expired. The timer is as before then.
    pub fn set_with_output<O>(
        &mut self,
        at: Timestamp,
        output: Timestamp,
        cx: &StateCx<'_, O>,
    ) -> Result<(), BoxError> {
        self.pending = cx.timer_rules().pending_with_output(D::DOMAIN, at, output)?;
        Ok(())
    }

    /// When it is due, if it is set.
    pub fn get(&self) -> Option<Timestamp> {
        Some(self.pending.at).filter(|at| *at < Timestamp::MAX)
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.get().is_some()
    }

    /// Takes it back.
    pub fn clear(&mut self) {
        self.pending = Pending::NONE;
    }
}

impl Timer<ProcessingTime> {
    /// Sets it to come when so much time of the clock has passed.
    pub fn set_after<O>(&mut self, delay: Duration, cx: &StateCx<'_, O>) {
        self.set(cx.now() + delay, cx);
    }
}

impl<D: TimeDomainType> TimerField for Timer<D> {
    type Tag = ();
    const KIND: FieldKind = FieldKind::Timer(D::DOMAIN);
    const DOMAIN: TimeDomain = D::DOMAIN;

    #[inline]
    fn next(&self) -> Option<Timestamp> {
        self.get()
    }

    #[inline]
    fn hold(&self) -> Option<Timestamp> {
        self.pending.hold(D::DOMAIN)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<((), Pending)> {
        self.get().filter(|at| *at <= now)?;
        Some(((), std::mem::replace(&mut self.pending, Pending::NONE)))
    }
}
