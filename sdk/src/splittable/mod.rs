//! Splittable `DoFn`s: user code whose work on one element can be divided, paused and gone on with elsewhere.
//!
//! `tracker` says what a [`RestrictionTracker`] is, `offsets` has the one for ranges of numbers, `cx` is what the user's
//! code sees while it works.

mod cx;
mod offsets;
mod tracker;

pub(crate) use cx::Rest;
pub use cx::SplitCx;
pub use offsets::{OffsetRange, OffsetTracker};
pub use tracker::RestrictionTracker;

use crate::source::WatermarkEstimator;
use crate::{BoxError, Element, SplitTarget};
use std::time::Duration;

/// What a [`SplittableDoFn`] restricts its work to.
pub type RestrictionOf<In, D> = <<D as SplittableDoFn<In>>::Tracker as RestrictionTracker>::Restriction;

/// User code that makes many elements of one, such as the lines of a file of its name, or the messages of a queue, in
/// pieces that different workers can work on (*splittable `DoFn`* in the Beam model).
///
/// What is to be done for an element is said by a restriction, such as a range of offsets. [`process`](Self::process)
/// *claims* one position after the other before it works on it, and stops when a claim is refused: then the rest has
/// been given to another worker, or is to be gone on with later. So the engine can divide work that has begun, and pause
/// work that has no end.
///
/// [`par_do_splittable`](crate::PCollection::par_do_splittable) runs it.
///
/// ```
/// use beamline_sdk::{BoxError, Manual, OffsetRange, OffsetTracker, Pipeline};
/// use beamline_sdk::{ProcessContinuation, SplitCx, SplittableDoFn};
///
/// /// All numbers below the element.
/// #[derive(Clone)]
/// struct CountTo;
///
/// impl SplittableDoFn<u64> for CountTo {
///     type Out = u64;
///     type Tracker = OffsetTracker;
///     type Estimator = Manual;
///
///     fn initial_restriction(&self, end: &u64) -> Result<OffsetRange, BoxError> {
///         Ok(OffsetRange::new(0, *end))
///     }
///
///     fn tracker(&self, range: OffsetRange) -> OffsetTracker {
///         OffsetTracker::new(range)
///     }
///
///     fn estimator(&self) -> Manual {
///         Manual::default()
///     }
///
///     fn process(&mut self, _: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
///         let mut next = cx.restriction().start;
///         while cx.try_claim(&next) {
///             cx.emit(next);
///             next += 1;
///         }
///         Ok(ProcessContinuation::Stop)
///     }
/// }
///
/// let p = Pipeline::new();
/// let numbers = p.create([3u64, 2]).par_do_splittable(CountTo);
/// beamline_sdk::testing::assert_that(&numbers).contains_in_any_order([0, 1, 2, 0, 1]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `SplittableDoFn` for elements `{In}`",
    label = "an `impl SplittableDoFn<{In}>` is missing"
)]
pub trait SplittableDoFn<In>: Clone + Send + Sync + 'static {
    /// What it emits.
    type Out: Element;
    /// Knows what has been done of a restriction.
    type Tracker: RestrictionTracker;
    /// Knows how far it has come in event time. [`Manual`](crate::Manual) where nothing has to be known.
    type Estimator: WatermarkEstimator<Self::Out>;

    /// Whether the work on each element comes to an end by itself. If not, the output has no end, and the work ends when
    /// the pipeline is drained or cancelled.
    fn is_bounded(&self) -> bool {
        true
    }

    /// All that is to be done for an element.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the element.
    fn initial_restriction(&self, element: &In) -> Result<RestrictionOf<In, Self>, BoxError>;

    /// Divides a restriction before the work begins, so that all workers have something to do. Together, the parts must
    /// be the whole.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the element.
    fn split(
        &self,
        element: &In,
        restriction: RestrictionOf<In, Self>,
        target: &SplitTarget,
    ) -> Result<Vec<RestrictionOf<In, Self>>, BoxError> {
        let _ = (element, target);
        Ok(vec![restriction])
    }

    /// Tracks what is done of a restriction.
    fn tracker(&self, restriction: RestrictionOf<In, Self>) -> Self::Tracker;

    /// Estimates the watermark of a restriction. It begins at the timestamp of the element.
    fn estimator(&self) -> Self::Estimator;

    /// Called once on each worker, before the first element: the place to open connections.
    ///
    /// # Errors
    /// Any error fails the pipeline.
    fn setup(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Works on a restriction until it is done, or a [claim](SplitCx::try_claim) is refused. May be called many times
    /// for one element, with what is left, on any worker. Should return when there is nothing to do now, and never wait.
    ///
    /// # Errors
    /// Any error fails the pipeline; it is reported with the step, the place of its call and the element.
    fn process(&mut self, element: &In, cx: &mut SplitCx<'_, In, Self>) -> Result<ProcessContinuation, BoxError>;

    /// Called last, also after an error.
    fn teardown(&mut self) {}
}

/// How it goes on with an element after [`process`](SplittableDoFn::process).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessContinuation {
    /// All has been done, or a claim was refused.
    Stop,
    /// There is nothing to do now: go on with what has not been claimed after so much processing time.
    Resume(Duration),
}
