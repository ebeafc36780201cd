//! A `DoFn` and its life cycle, with or without side inputs.

use super::explode::{each_in_one_window, each_window};
use super::side::Side;
use crate::kernel::guard::{Witness, catch, user_error};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::side_input::SideInputs;
use crate::{BoxError, BundleCx, Cx, DoFn, Element, Result, Step};
use std::sync::Arc;

/// Runs a `DoFn`.
pub(crate) struct ParDo<I, D: DoFn<I, S>, S: SideInputs> {
    dofn: D,
    side: Side<S>,
    step: Arc<Step>,
    witness: Witness<I>,
    out: Emitter<D::Out>,
    is_set_up: bool,
    in_bundle: bool,
    /// How many rows of one window each are processed at once, if there are rows of several.
    capacity: usize,
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> ParDo<I, D, S> {
    pub(crate) fn new(wiring: &Wiring<'_>, dofn: D, side: S) -> Self {
        Self {
            dofn,
            side: Side::new(side, wiring),
            step: wiring.step.clone(),
            witness: Witness::new(wiring.env.trace_elements),
            out: wiring.emitter(0),
            is_set_up: false,
            in_bundle: false,
            capacity: wiring.env.batch_size,
        }
    }

    fn call<R>(step: &Arc<Step>, f: impl FnOnce() -> Result<R, BoxError>) -> Result<R> {
        catch(step, f)?.map_err(|error| user_error(step, error))
    }

    fn ensure_bundle(&mut self) -> Result<()> {
        if !self.in_bundle {
            self.in_bundle = true;
            Self::call(&self.step, || self.dofn.start_bundle())?;
        }
        Ok(())
    }

    /// Processes rows that are in one window each, and see the same side inputs.
    fn process(&mut self, batch: &mut Batch<I>, side: &S::Values) -> Result<()> {
        let Self { dofn, step, witness, out, .. } = self;
        let meta = &batch.meta;
        out.begin(meta);
        let mut each = |(row, element)| {
            out.begin_row(meta, row);
            witness.see(&element);
            dofn.process(element, &mut Cx { out, meta, row, side })
        };
        let elements = batch.values.drain(..).enumerate();
        let result = Self::call(step, || { elements }.try_for_each(&mut each));
        out.check()?;
        result.map_err(|error| witness.blame(error))
    }
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> Push<I> for ParDo<I, D, S> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        self.ensure_bundle()?;
        let capacity = self.capacity;
        match self.side.of_all_windows()? {
            Some(side) => each_in_one_window(batch, capacity, |batch| self.process(batch, &side)),
            None => each_window(batch, capacity, |batch, window| {
                let side = self.side.of(window)?;
                self.process(batch, &side)
            }),
        }
    }
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> Operator for ParDo<I, D, S> {
    fn setup(&mut self) -> Result<()> {
        self.is_set_up = true;
        Self::call(&self.step, || self.dofn.setup())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        if std::mem::take(&mut self.in_bundle) {
            let Self { dofn, out, step, .. } = self;
            let result = Self::call(step, || dofn.finish_bundle(&mut BundleCx(out)));
            out.check()?;
            result?;
        }
        self.out.flush()
    }

    fn teardown(&mut self) {
        if std::mem::take(&mut self.is_set_up) {
            // A panic here has nobody left to tell: the run is over.
            let _ = catch(&self.step, || self.dofn.teardown());
        }
    }
}
