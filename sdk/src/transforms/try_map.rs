//! Functions that may fail.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::TryMap;
use crate::pipeline::{StepSpec, Template, fused};
use crate::{BoxError, Element, Failure, PCollection};

/// The two outputs of [`PCollection::try_map`].
pub struct Tried<O, T> {
    /// What the function returned.
    pub ok: PCollection<O>,
    /// The elements for which it failed, with the error. If nothing reads this collection, the first failure fails the
    /// pipeline: elements are never dropped silently.
    pub failed: PCollection<Failure<T>>,
}

impl<O: 'static, T: 'static> Tried<O, T> {
    /// Names the step.
    #[track_caller]
    pub fn named(self, label: &str) -> Self {
        Self { ok: self.ok.named(label), failed: self.failed }
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
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| Op::single::<T>(wiring, TryMap::<T, O, _>::new(wiring, f.copy())));
        let node = self.pipeline.add(StepSpec { label: "TryMap".into(), urn: PAR_DO, inputs: vec![self.id], body });
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node) }
    }
}
