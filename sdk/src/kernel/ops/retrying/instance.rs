//! The instance of a `DoFn` that attempts are made with.

use super::super::letters::Letters;
use super::Retrying;
use super::attempts::{Attempts, Failed};
use crate::kernel::guard::{catch, render, user_error};
use crate::kernel::{Batch, Emitter, Op, Wiring};
use crate::{BoxError, BundleCx, Cx, DoFn, Element, FailureLimit, Result, Retry, Step};
use std::marker::PhantomData;
use std::sync::Arc;

/// A step that runs a `DoFn`, with further attempts. `copy` makes new instances.
pub(crate) fn try_par_do<I: Element, D: DoFn<I>>(
    wiring: &Wiring<'_>,
    copy: Box<dyn Fn() -> D>,
    retry: Retry,
    limit: Option<FailureLimit>,
) -> Op {
    let instance = Instance::new(wiring, copy, retry.bundle().is_some());
    Op::single::<I>(wiring, Retrying::new(wiring, instance, retry, 1, Letters::new(wiring, limit)))
}

/// An instance, and what it has emitted in an attempt.
struct Instance<I, D: DoFn<I>> {
    copy: Box<dyn Fn() -> D>,
    /// Whether each attempt is a bundle, which the instance does not outlive if it fails.
    by_bundles: bool,
    dofn: Option<D>,
    is_in_bundle: bool,
    out: Emitter<D::Out>,
    step: Arc<Step>,
    _elements: PhantomData<fn(I)>,
}

impl<I: Element, D: DoFn<I>> Instance<I, D> {
    fn new(wiring: &Wiring<'_>, copy: Box<dyn Fn() -> D>, by_bundles: bool) -> Self {
        Self {
            copy,
            by_bundles,
            dofn: None,
            is_in_bundle: false,
            out: Emitter::collecting(wiring.env),
            step: wiring.step.clone(),
            _elements: PhantomData,
        }
    }

    /// Makes an instance if there is none.
    fn ensure(&mut self) -> Result<Result<(), BoxError>> {
        if self.dofn.is_some() {
            return Ok(Ok(()));
        }
        let dofn = self.dofn.insert((self.copy)());
        catch(&self.step, || dofn.setup())
    }

    /// Begins a bundle, unless one is open. Where that is not a part of the attempt, an error is the pipeline's.
    fn begin(&mut self, rows: &Batch<I>) -> Result<Result<(), BoxError>> {
        if let Err(error) = self.ensure()? {
            return Ok(Err(error));
        }
        if std::mem::replace(&mut self.is_in_bundle, true) {
            return Ok(Ok(()));
        }
        self.out.begin(&rows.meta);
        let Some(dofn) = &mut self.dofn else { return Ok(Ok(())) };
        let begun = catch(&self.step, || dofn.start_bundle())?;
        if self.by_bundles { Ok(begun) } else { begun.map(Ok).map_err(|error| user_error(&self.step, error)) }
    }

    fn process(&mut self, rows: &Batch<I>) -> Result<Option<Failed>> {
        let Self { dofn: Some(dofn), out, step, .. } = self else { return Ok(None) };
        let meta = &rows.meta;
        out.begin(meta);
        for (row, element) in rows.values.iter().enumerate() {
            out.begin_row(meta, row);
            let element_of = || element.clone();
            let result = catch(step, || dofn.process(element_of(), &mut Cx { out, meta, row, side: &() }));
            if let Err(error) = result.map_err(|panic| panic.at(render(element)))? {
                return Ok(Some(Failed { done: 0, rows: row..row + 1, error }));
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Result<(), BoxError>> {
        self.is_in_bundle = false;
        let Self { dofn: Some(dofn), out, step, .. } = self else { return Ok(Ok(())) };
        catch(step, || dofn.finish_bundle(&mut BundleCx(out)))
    }
}

impl<I: Element, D: DoFn<I>> Attempts<I> for Instance<I, D> {
    type Out = D::Out;
    const SEES_WINDOWS: bool = true;

    fn set_up(&mut self) -> Result<()> {
        self.ensure()?.map_err(|error| user_error(&self.step, error))
    }

    fn attempt(&mut self, rows: &Batch<I>) -> Result<Option<Failed>> {
        self.out.take();
        let all = |error| Failed { done: 0, rows: 0..rows.len(), error };
        let failed = match self.begin(rows)? {
            Err(error) => Some(all(error)),
            Ok(()) => match self.process(rows)? {
                None if self.by_bundles => self.finish()?.err().map(all),
                failed => failed,
            },
        };
        if failed.is_some() && self.by_bundles {
            self.tear_down();
        }
        Ok(failed)
    }

    fn emitted(&mut self) -> Batch<D::Out> {
        self.out.take()
    }

    /// Ends the bundle around single elements, if there is one; what that has emitted is returned.
    fn finish_bundle(&mut self) -> Result<Option<Batch<D::Out>>> {
        if self.by_bundles || !self.is_in_bundle {
            return Ok(None);
        }
        self.out.take();
        self.finish()?.map_err(|error| user_error(&self.step, error))?;
        Ok(Some(self.out.take()))
    }

    fn tear_down(&mut self) {
        self.is_in_bundle = false;
        if let Some(mut dofn) = self.dofn.take() {
            // A panic in here has nothing to do with any element, and what it would have torn down is gone.
            let _ = catch(&self.step, move || dofn.teardown());
        }
    }
}
