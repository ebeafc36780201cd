//! Steps that keep what came too late.

mod co_group;
mod composites;
mod grouping;
mod joins;
mod side_inputs;
mod stateful;
mod timed_joins;

pub use side_inputs::{ViewWithLateData, WithSideKeepingLateData};

use crate::graph::NodeId;
use crate::{Element, PCollection, PTransform};

/// A collection whose next step keeps the elements that come too late for it, instead of dropping them.
///
/// Made by [`PCollection::keeping_late_data`]. It has the steps that drop what is too late: groupings, joins, batches,
/// functions with state, functions that read side inputs, and side inputs.
#[must_use = "late data is kept by a step: call one"]
pub struct KeepingLateData<T>(PCollection<T>);

/// The results of a step, and what came too late for it: `L` is a collection, or a tuple of one for each input of the
/// step.
pub struct WithLateData<R, L> {
    /// The results.
    pub results: PCollection<R>,
    /// The elements that no result contains: the watermark was past the end of their window by more than the allowed
    /// lateness, or the trigger of the window had finished. They have their timestamps, and the window that they were
    /// too late for; one that was too late for several windows comes once for each.
    pub late: L,
}

impl<R: 'static, L> WithLateData<R, L> {
    /// Names the step, as [`PCollection::named`] does.
    #[track_caller]
    pub fn named(self, label: &str) -> Self {
        Self { results: self.results.named(label), ..self }
    }
}

impl<T: Element> PCollection<T> {
    /// Keeps the elements that are too late for the next step, as a collection of their own.
    ///
    /// Such elements are counted in any case, as `dropped_late` and `dropped_closed` of the step. In a bounded collection
    /// under the default trigger no element is late.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let at = Timestamp::from_millis;
    /// let p = Pipeline::new();
    /// let clicks = p.apply(
    ///     TestStream::new()
    ///         .element(at(1_000), ("ann".to_owned(), 1))
    ///         .advance_watermark_to(at(60_000))
    ///         .element(at(2_000), ("ann".to_owned(), 2)),
    /// );
    /// let counts = clicks.window(Windowing::fixed(Duration::from_secs(10))).keeping_late_data().count_per_key();
    /// assert_that(&counts.results).contains_in_any_order([("ann".to_owned(), 1)]);
    /// assert_that(&counts.late).contains_in_any_order([("ann".to_owned(), 2)]);
    /// ```
    pub fn keeping_late_data(&self) -> KeepingLateData<T> {
        KeepingLateData(self.clone())
    }
}

impl<T: Element> KeepingLateData<T> {
    /// The collection: for [composites](Self::apply).
    pub fn collection(&self) -> &PCollection<T> {
        &self.0
    }

    /// Applies a composite that keeps what comes too late for its steps: one that is a
    /// [`PTransform`](crate::PTransform) of `KeepingLateData` as well.
    ///
    /// ```
    /// use beamline_sdk::combine::Sum;
    /// use beamline_sdk::{KeepingLateData, PCollection, PTransform, Pipeline, WithLateData};
    ///
    /// struct Scores;
    ///
    /// impl PTransform<KeepingLateData<(String, u64)>> for Scores {
    ///     type Out = WithLateData<(String, u64), PCollection<(String, u64)>>;
    ///     fn expand(self, points: KeepingLateData<(String, u64)>) -> Self::Out {
    ///         points.combine_per_key(Sum)
    ///     }
    /// }
    ///
    /// let p = Pipeline::new();
    /// let scores = p.create([("ann".to_owned(), 3), ("ann".to_owned(), 4)]).keeping_late_data().apply(Scores);
    /// # let _ = (scores.results, scores.late);
    /// ```
    #[track_caller]
    pub fn apply<X: PTransform<Self>>(&self, transform: X) -> X::Out {
        self.0.pipeline.apply_to(Self(self.0.clone()), transform)
    }
}

/// Where a step has what came too late for it.
#[derive(Clone, Copy, Debug)]
pub enum LateFrom {
    /// Nothing comes too late for it.
    Nothing,
    /// In outputs of its own, one for each input, in their order.
    Outputs(NodeId),
}

impl LateFrom {
    /// What came too late of the next of the inputs.
    #[track_caller]
    pub(super) fn next<T: Element>(self, input: &PCollection<T>) -> PCollection<T> {
        match self {
            Self::Nothing => input.filter(|_| false),
            Self::Outputs(node) => input.pipeline.add_output_in(node, input.windowing()),
        }
    }
}
