//! Several collections into one.

use super::grouping::windowing_of_all;
use crate::kernel::ops::Flatten;
use crate::pipeline::{StepSpec, fused};
use crate::{Element, PCollection, Pipeline};

impl Pipeline {
    /// All elements of several collections of one type. They must be windowed alike.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let (a, b, c) = (p.create([1]), p.create([2]), p.create([3]));
    /// let all = p.flatten([&a, &b, &c]);
    /// ```
    #[track_caller]
    pub fn flatten<'a, T: Element>(&self, parts: impl IntoIterator<Item = &'a PCollection<T>>) -> PCollection<T> {
        let parts: Vec<_> = parts.into_iter().collect();
        let inputs: Vec<_> = parts.iter().map(|part| part.id).collect();
        let count = inputs.len();
        let body = fused::<T>(move |wiring| Flatten::<T>::op(wiring, count));
        let urn = "beam:transform:flatten:v1";
        let windowing = windowing_of_all(parts.iter().map(|part| (part.id, &part.pipeline)), self);
        let node = self.add_windowed(StepSpec { label: "Flatten".into(), urn, inputs, body }, windowing);
        self.add_output(node)
    }
}

impl<T: Element> PCollection<T> {
    /// All elements of this collection and of another one.
    #[track_caller]
    pub fn flatten_with(&self, other: &Self) -> Self {
        self.pipeline.flatten([self, other])
    }
}
