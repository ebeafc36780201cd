//! User code whose work on an element can be divided.

use super::elementwise::PAR_DO;
use crate::graph::Body;
use crate::kernel::RunSplittable;
use crate::label::short_type_name;
use crate::splittable::SplittableDoFn;
use crate::{Element, PCollection};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Runs a [`SplittableDoFn`], whose work on an element may be divided among all workers, and may go on without end.
    ///
    /// What is emitted for an element has its windows and pane. The watermark of the output is held at the timestamp of
    /// an element until the work on it is done, or as far as its [estimator](crate::WatermarkEstimator) says.
    ///
    /// [`SplittableDoFn`] has an example.
    #[track_caller]
    pub fn par_do_splittable<D: SplittableDoFn<T>>(&self, dofn: D) -> PCollection<D::Out> {
        let shuffle = Arc::new(RunSplittable::<T, D>::new(dofn));
        self.then(short_type_name::<D>(), PAR_DO, Body::Shuffle { shuffle, liftable: false })
    }
}
