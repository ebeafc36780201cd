//! User code with a life cycle that may fail for some elements.

use super::elementwise::PAR_DO;
use super::try_map::{Limit, Tried};
use crate::kernel::ops::try_par_do;
use crate::label::short_type_name;
use crate::pipeline::{StepSpec, Template, fused};
use crate::{DoFn, Element, PCollection, Result, Retry};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Runs a [`DoFn`] as [`par_do`](Self::par_do) does, and goes on when it fails: an element, or [a
    /// bundle](Retry::bundles_of) if `retry` says so, is tried so many times, and then given up, as [dead
    /// letters](crate::DeadLetter) in a collection of their own.
    ///
    /// What has been emitted is passed on when an attempt has succeeded, and forgotten when it fails: no result is there
    /// twice. Where elements are tried, what the function keeps in its fields is its own affair, and an error in its other
    /// calls, such as `finish_bundle`, fails the pipeline. Where bundles are, an instance that has failed is torn down and
    /// replaced, and an error in any of its calls is one of the bundle: when there have been attempts enough, the element
    /// that `process` failed for is given up, and the others are tried without it; an error of another call is that of all.
    /// The first `setup` of each worker has to succeed, and a panic fails the pipeline. How often something was tried again
    /// is in the metrics of the step as `retries`.
    ///
    /// There is no such option for a whole job: a function that has done something to the world, or to its own fields, must
    /// know that it may be called again, so it is said where the function is.
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
    pub fn try_par_do<D: DoFn<T>>(&self, dofn: D, retry: impl Into<Retry>) -> Tried<D::Out, T> {
        self.try_par_do_as(&short_type_name::<D>(), dofn, retry.into(), Ok(()))
    }

    /// [`try_par_do`](Self::try_par_do) under another default name, refused if it is not as it should be.
    #[track_caller]
    pub(crate) fn try_par_do_as<D: DoFn<T>>(
        &self,
        label: &str,
        dofn: D,
        retry: Retry,
        checked: Result<()>,
    ) -> Tried<D::Out, T> {
        let (dofn, limit) = (Arc::new(Template::new(dofn)), Limit::default());
        let said = limit.clone();
        let body = fused::<T>(move |wiring| {
            let dofn = dofn.clone();
            try_par_do::<T, D>(wiring, Box::new(move || dofn.copy()), retry, said.get().copied())
        });
        let node = self.pipeline.add(StepSpec { label: label.into(), urn: PAR_DO, inputs: vec![self.id], body });
        checked.and(retry.check()).err().into_iter().for_each(|error| self.pipeline.fail(node, error));
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }
}
