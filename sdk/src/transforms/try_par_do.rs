//! User code with a life cycle that may fail for some elements.

use super::elementwise::PAR_DO;
use super::try_map::{Limit, Tried};
use crate::kernel::Op;
use crate::kernel::ops::TryParDo;
use crate::label::short_type_name;
use crate::pipeline::{StepSpec, Template, fused};
use crate::{DoFn, Element, PCollection};

impl<T: Element> PCollection<T> {
    /// Runs a [`DoFn`] as [`par_do`](Self::par_do) does, and goes on when it fails for an element: the element is
    /// tried so many times, and then given up, as a [dead letter](crate::DeadLetter) in a collection of its own.
    ///
    /// What has been emitted for an element is passed on when the call has succeeded, and forgotten when it fails: no
    /// result is there twice. What the function keeps in its fields is its own affair. An error in its other calls, such
    /// as `finish_bundle`, fails the pipeline, and so does a panic.
    ///
    /// ```
    /// # use beamline_sdk::{BoxError, Cx, DoFn, Pipeline, testing::assert_that};
    /// #[derive(Clone)]
    /// struct Parse;
    ///
    /// impl DoFn<String> for Parse {
    ///     type Out = u64;
    ///     fn process(&mut self, text: String, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
    ///         text.split(' ').try_for_each(|word| Ok(cx.emit(word.parse()?)))
    ///     }
    /// }
    ///
    /// let p = Pipeline::new();
    /// let parsed = p.create(["1 2", "3 four"].map(str::to_owned)).try_par_do(Parse, 3);
    /// assert_that(&parsed.ok).contains_in_any_order([1, 2]);
    /// assert_that(&parsed.failed.map(|letter| (letter.element, letter.attempts)))
    ///     .contains_in_any_order([("3 four".to_owned(), 3)]);
    /// ```
    #[track_caller]
    pub fn try_par_do<D: DoFn<T>>(&self, dofn: D, attempts: u32) -> Tried<D::Out, T> {
        let (dofn, limit) = (Template::new(dofn), Limit::default());
        let said = limit.clone();
        let body = fused::<T>(move |wiring| {
            Op::single::<T>(wiring, TryParDo::<T, D>::new(wiring, dofn.copy(), attempts, said.get().copied()))
        });
        let node =
            self.pipeline.add(StepSpec { label: short_type_name::<D>(), urn: PAR_DO, inputs: vec![self.id], body });
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }
}
