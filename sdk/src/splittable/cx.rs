//! What user code sees while it works on a restriction.

use super::{RestrictionOf, RestrictionTracker, SplittableDoFn};
use crate::Timestamp;
use crate::kernel::{Emitter, Meta, Shared};
use crate::source::WatermarkEstimator;

/// What a [`SplittableDoFn`] sees and does while it works on an element.
pub struct SplitCx<'a, In, D: SplittableDoFn<In>> {
    pub(crate) tracker: D::Tracker,
    pub(crate) estimator: &'a mut D::Estimator,
    pub(crate) out: &'a mut Emitter<D::Out>,
    pub(crate) meta: &'a Meta,
    pub(crate) rest: Rest<'a, RestrictionOf<In, D>>,
}

/// What becomes of the part of a restriction that is not worked on here and now.
pub(crate) struct Rest<'a, R> {
    /// Whether another worker has nothing to do.
    pub(crate) is_wanted: &'a dyn Fn() -> bool,
    /// Gives work to another worker.
    pub(crate) give: &'a mut dyn FnMut(R),
    pub(crate) shared: &'a Shared,
    pub(crate) is_bounded: bool,
    /// Claims and elements until the work is to pause.
    pub(crate) left: usize,
    /// What is to be gone on with after the pause.
    pub(crate) paused: Option<R>,
}

impl<R> Rest<'_, R> {
    /// Whether nothing more is to be claimed: of what has no end, as soon as the run is to end in any way.
    fn is_to_end(&self) -> bool {
        let is_ending = self.shared.is_draining() || self.shared.is_halting();
        self.shared.is_stopped() || (is_ending && !self.is_bounded)
    }

    /// Before a claim: gives away or puts aside what others are waiting for.
    fn divide(&mut self, tracker: &mut impl RestrictionTracker<Restriction = R>) {
        if self.left == 0 || self.is_to_end() {
            if self.paused.is_none() {
                self.paused = tracker.try_split(0.0);
            }
            return;
        }
        self.left -= 1;
        if (self.is_wanted)()
            && let Some(part) = tracker.try_split(0.5)
        {
            (self.give)(part);
        }
    }
}

impl<In, D: SplittableDoFn<In>> SplitCx<'_, In, D> {
    /// Claims a position before it is worked on; positions are claimed in ascending order. When that is refused,
    /// [`process`](SplittableDoFn::process) has to return [`Stop`](super::ProcessContinuation::Stop): what is at or behind
    /// the position is done elsewhere, or later.
    #[inline]
    pub fn try_claim(&mut self, position: &<D::Tracker as RestrictionTracker>::Position) -> bool {
        self.rest.divide(&mut self.tracker);
        self.tracker.try_claim(position)
    }

    /// What is to be done.
    pub fn restriction(&self) -> RestrictionOf<In, D> {
        self.tracker.restriction()
    }

    /// Emits an element with the timestamp of the input.
    #[inline]
    pub fn emit(&mut self, element: D::Out) {
        self.emit_at(element, self.timestamp());
    }

    /// Emits an element with a timestamp of its own, which should not be before that of the input, and the windows and
    /// pane of the input.
    #[inline]
    pub fn emit_at(&mut self, element: D::Out, timestamp: Timestamp) {
        self.estimator.observe(&element, timestamp);
        self.rest.left = self.rest.left.saturating_sub(1);
        self.out.emit_at(element, timestamp, self.meta, 0);
    }

    /// The event time of the input.
    pub fn timestamp(&self) -> Timestamp {
        *self.meta.time.get(0)
    }

    /// Estimates the watermark: to be told by hand, if it is a [`Manual`](crate::Manual) one.
    pub fn estimator(&mut self) -> &mut D::Estimator {
        self.estimator
    }
}
