//! Functions that may fail.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::TryMap;
use crate::pipeline::{StepSpec, Template, fused};
use crate::{BoxError, DeadLetter, Element, FailureLimit, PCollection};
use std::sync::{Arc, OnceLock};

/// The limit of a step, which is said after the step is made.
pub(crate) type Limit = Arc<OnceLock<FailureLimit>>;

/// The two outputs of [`PCollection::try_map`], and of other steps that may give elements up.
pub struct Tried<O, T> {
    /// What the function returned.
    pub ok: PCollection<O>,
    /// The elements for which it failed, with the error. If nothing reads this collection, and no limit is set, the first
    /// failure fails the pipeline: elements are never dropped silently.
    pub failed: PCollection<DeadLetter<T>>,
    pub(crate) limit: Limit,
}

impl<O: 'static, T: 'static> Tried<O, T> {
    /// Names the step.
    #[track_caller]
    pub fn named(self, label: &str) -> Self {
        Self { ok: self.ok.named(label), ..self }
    }

    /// Goes on with what has succeeded, and leaves the failures beside it: for composites that begin with a step that may
    /// fail.
    ///
    /// ```
    /// # use beamline_sdk::{PCollection, Pipeline, Tried, combine::Sum};
    /// /// Parses lines, and adds the numbers up.
    /// fn total(lines: &PCollection<String>) -> Tried<u64, String> {
    ///     lines.try_map(|line| line.parse::<u64>()).then(|numbers| numbers.combine(Sum))
    /// }
    ///
    /// let p = Pipeline::new();
    /// let Tried { ok: total, failed: letters, .. } = total(&p.create(["1", "two"].map(str::to_owned)));
    /// ```
    pub fn then<P>(self, f: impl FnOnce(PCollection<O>) -> PCollection<P>) -> Tried<P, T> {
        let Self { ok, failed, limit } = self;
        Tried { ok: f(ok), failed, limit }
    }

    /// Fails the pipeline when more elements fail than the limit says, counted over all workers: what was written is
    /// taken back then, as after any failure. Said again, the first limit holds.
    ///
    /// Where nothing reads [`failed`](Self::failed), elements up to the limit are left out; how many is in the metrics
    /// of the step as `dropped_failed`.
    ///
    /// ```
    /// # use beamline_sdk::{FailureLimit, Pipeline};
    /// let p = Pipeline::new();
    /// let lines = p.create(["1", "two"].map(str::to_owned));
    /// let parsed = lines.try_map(|line| line.parse::<u64>()).fail_above(FailureLimit::count(10));
    /// ```
    #[must_use]
    pub fn fail_above(self, limit: FailureLimit) -> Self {
        self.limit.get_or_init(|| limit);
        self
    }
}

impl<T: Element> PCollection<T> {
    /// Applies a function that may fail; failures are a collection of their own.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let lines = p.create(["1", "two"].map(str::to_owned));
    /// let parsed = lines.try_map(|line| line.parse::<u64>());
    /// let (numbers, complaints) = (parsed.ok, parsed.failed.map(|f| format!("{}: {}", f.element, f.error)));
    /// ```
    #[track_caller]
    pub fn try_map<O: Element, E: Into<BoxError> + 'static>(
        &self,
        f: impl Fn(&T) -> Result<O, E> + Clone + Send + 'static,
    ) -> Tried<O, T> {
        self.try_map_as("TryMap", f)
    }

    /// [`try_map`](Self::try_map) under another default name.
    #[track_caller]
    pub(crate) fn try_map_as<O: Element, E: Into<BoxError> + 'static>(
        &self,
        label: &str,
        f: impl Fn(&T) -> Result<O, E> + Clone + Send + 'static,
    ) -> Tried<O, T> {
        let (f, limit) = (Template::new(f), Limit::default());
        let said = limit.clone();
        let body = fused::<T>(move |wiring| {
            Op::single::<T>(wiring, TryMap::<T, O, _>::new(wiring, f.copy(), said.get().copied()))
        });
        let node = self.pipeline.add(StepSpec { label: label.into(), urn: PAR_DO, inputs: vec![self.id], body });
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }
}
