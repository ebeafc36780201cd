//! Several typed outputs.

use super::elementwise::PAR_DO;
use crate::graph::Body;
use crate::kernel::Op;
use crate::kernel::ops::{Split, SplitWith};
use crate::outputs::{OutputEnum, SplitOutputs};
use crate::pipeline::{StepSpec, Template, fused};
use crate::{Element, PCollection};
use std::sync::Arc;

impl<T: 'static> PCollection<T> {
    /// Splits a collection of an enum into a collection for each variant.
    ///
    /// The enum derives [`OutputEnum`]; the result is a struct with a field for each variant. Nothing else can read
    /// the collection of the enum, but the parts can be read as often as needed.
    #[track_caller]
    pub fn split(&self) -> T::Outputs
    where
        T: OutputEnum,
    {
        let body = Body::Inseparable(Arc::new(|wiring| Op::exclusive(wiring, Split::<T>::new(wiring))));
        let spec = StepSpec { label: "Split".into(), urn: PAR_DO, inputs: vec![self.id], body };
        let node = self.pipeline.add(spec);
        T::outputs(&mut SplitOutputs { pipeline: self.pipeline.clone(), node })
    }
}

impl<T: Element> PCollection<T> {
    /// Applies a function that says with an enum which output each element goes to, and [splits](Self::split) these.
    ///
    /// The enum derives [`OutputEnum`] and nothing else: it never leaves the step.
    #[track_caller]
    pub fn split_with<O: OutputEnum>(&self, f: impl Fn(T) -> O + Clone + Send + 'static) -> O::Outputs {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| Op::single(wiring, SplitWith::<T, O, _>::new(wiring, f.copy())));
        let spec = StepSpec { label: "SplitWith".into(), urn: PAR_DO, inputs: vec![self.id], body };
        let node = self.pipeline.add(spec);
        O::outputs(&mut SplitOutputs { pipeline: self.pipeline.clone(), node })
    }
}
