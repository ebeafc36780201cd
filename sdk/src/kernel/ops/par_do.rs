//! A `DoFn` and its life cycle, with or without side inputs.

use super::explode::each_in_one_window;
use super::side::Reader;
use crate::kernel::guard::{catch, user_error};
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Emitter, Operator, Pending, Push, Wiring};
use crate::side_input::SideInputs;
use crate::{BoxError, BundleCx, Cx, DoFn, Element, Result, Step, Timestamp};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// Runs a `DoFn`.
pub(crate) struct ParDo<I, D: DoFn<I, S>, S: SideInputs> {
    reader: Reader<I, S>,
    function: Function<I, D, S>,
}

struct Function<I, D: DoFn<I, S>, S: SideInputs> {
    dofn: D,
    step: Arc<Step>,
    witness: Witness<I>,
    out: Emitter<D::Out>,
    is_set_up: bool,
    in_bundle: bool,
    /// How many rows of one window each are processed at once, if there are rows of several.
    capacity: usize,
    _side: PhantomData<S>,
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> ParDo<I, D, S> {
    /// `allowed_lateness` is that of the elements.
    pub(crate) fn new(wiring: &Wiring<'_>, dofn: D, side: S, allowed_lateness: Duration) -> Self {
        let function = Function {
            dofn,
            step: wiring.step.clone(),
            witness: Witness::new(wiring.env.trace_elements),
            out: wiring.emitter(0),
            is_set_up: false,
            in_bundle: false,
            capacity: wiring.env.batch_size_of::<I>(),
            _side: PhantomData,
        };
        Self { reader: Reader::new(wiring, side, allowed_lateness), function }
    }
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> Function<I, D, S> {
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

    /// Processes rows that see the same side inputs, once for each window that they are in.
    fn process(&mut self, batch: &mut Batch<I>, side: &S::Values) -> Result<()> {
        self.ensure_bundle()?;
        each_in_one_window(batch, self.capacity, |batch| self.process_each(batch, side))
    }

    fn process_each(&mut self, batch: &mut Batch<I>, side: &S::Values) -> Result<()> {
        let Self { dofn, step, witness, out, .. } = self;
        let meta = &batch.meta;
        let differs = !meta.is_same();
        out.begin(meta);
        let result = witness.hand_out(step, &mut batch.values, |row, element| {
            if differs {
                out.begin_row(meta, row);
            }
            dofn.process(element, &mut Cx { out: &mut *out, meta, row, side })
        });
        out.check()?;
        result
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
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> Push<I> for ParDo<I, D, S> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Self { reader, function } = self;
        reader.read(batch, |batch, side| function.process(batch, side))
    }
}

impl<I: Element, D: DoFn<I, S>, S: SideInputs> Operator for ParDo<I, D, S> {
    fn setup(&mut self) -> Result<()> {
        self.reader.set_up();
        let Function { dofn, step, is_set_up, .. } = &mut self.function;
        *is_set_up = true;
        Function::<I, D, S>::call(step, || dofn.setup())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.function.finish_bundle()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.reader.watermark(time);
        Ok(())
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.reader.output_watermark(input)
    }

    fn is_busy(&self) -> bool {
        self.reader.is_waiting()
    }

    fn views_changed(&mut self) -> Result<()> {
        let Self { reader, function } = self;
        reader.views_changed(|batch, side| function.process(batch, side))
    }

    fn pending(&self) -> Option<Pending> {
        self.reader.pending()
    }

    fn teardown(&mut self) {
        let Function { dofn, step, is_set_up, .. } = &mut self.function;
        if std::mem::take(is_set_up) {
            // A panic here has nobody left to tell: the run is over.
            let _ = catch(step, || dofn.teardown());
        }
    }
}
