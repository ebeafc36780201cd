//! User code with a life cycle.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::ParDo;
use crate::label::short_type_name;
use crate::pipeline::{Template, fused};
use crate::{DoFn, Element, PCollection};
use std::time::Duration;

impl<T: Element> PCollection<T> {
    /// Runs a [`DoFn`], for which each worker makes a copy.
    ///
    /// ```
    /// # use beamline_sdk::{BoxError, Cx, DoFn, Pipeline};
    /// #[derive(Clone)]
    /// struct Double;
    ///
    /// impl DoFn<u64> for Double {
    ///     type Out = u64;
    ///     fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
    ///         cx.emit(n.checked_mul(2).ok_or("too large to double")?);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let p = Pipeline::new();
    /// let doubled = p.create([1u64, 2]).par_do(Double);
    /// ```
    #[track_caller]
    pub fn par_do<D: DoFn<T>>(&self, dofn: D) -> PCollection<D::Out> {
        let dofn = Template::new(dofn);
        let body = fused::<T>(move |wiring| Op::single(wiring, ParDo::new(wiring, dofn.copy(), (), Duration::ZERO)));
        self.then(short_type_name::<D>(), PAR_DO, body)
    }
}
