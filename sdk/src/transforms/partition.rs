//! One collection into a number of others.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::Partition;
use crate::pipeline::{StepSpec, Template, fused};
use crate::{Element, PCollection};

impl<T: Element> PCollection<T> {
    /// Divides the collection into `n` others: the function says which one an element goes to.
    ///
    /// The pipeline fails if it says `n` or more. For outputs of different types, see
    /// [`split`](PCollection::split).
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let parts = p.create(0..10usize).partition(3, |number| number % 3);
    /// let [zeros, ones, twos] = &parts[..] else { unreachable!() };
    /// ```
    #[track_caller]
    pub fn partition(&self, n: usize, f: impl Fn(&T) -> usize + Clone + Send + 'static) -> Vec<Self> {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| Op::single(wiring, Partition::new(wiring, n, f.copy())));
        let node = self.pipeline.add(StepSpec { label: "Partition".into(), urn: PAR_DO, inputs: vec![self.id], body });
        (0..n).map(|_| self.pipeline.add_output(node)).collect()
    }
}
