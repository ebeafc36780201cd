//! Functions of an element and of side inputs.

use super::side::Reader;
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Emitter, Operator, Pending, Push, Wiring};
use crate::side_input::SideInputs;
use crate::{Element, Result, Step, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Applies a function that makes any number of outputs of an element and the side inputs.
pub(crate) struct WithSideOp<I, O, S: SideInputs, F> {
    reader: Reader<I, S>,
    function: Function<I, O, F>,
}

struct Function<I, O, F> {
    f: F,
    step: Arc<Step>,
    witness: Witness<I>,
    out: Emitter<O>,
}

impl<I: Element, O: 'static, S: SideInputs, F> WithSideOp<I, O, S, F> {
    /// `allowed_lateness` is that of the elements.
    pub(crate) fn new(wiring: &Wiring<'_>, side: S, allowed_lateness: Duration, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        let function = Function { f, step: wiring.step.clone(), witness, out: wiring.emitter(0) };
        Self { reader: Reader::new(wiring, side, allowed_lateness), function }
    }
}

impl<I: Element, O: 'static, F> Function<I, O, F> {
    /// Applies the function to rows that see the same side inputs.
    fn apply<S: SideInputs>(&mut self, batch: &mut Batch<I>, side: &S::Values) -> Result<()>
    where
        F: Fn(I, S::Refs<'_>, &mut Emitter<O>),
    {
        let Self { f, step, witness, out } = self;
        let differs = !batch.meta.is_same();
        out.begin(&batch.meta);
        let result = witness.hand_out(step, &mut batch.values, |row, element| {
            if differs {
                out.begin_row(&batch.meta, row);
            }
            f(element, S::refs(side), out);
            Ok(())
        });
        out.check()?;
        result
    }
}

impl<I: Element, O: 'static, S: SideInputs, F> Push<I> for WithSideOp<I, O, S, F>
where
    F: Fn(I, S::Refs<'_>, &mut Emitter<O>),
{
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Self { reader, function } = self;
        reader.read(batch, |batch, side| function.apply::<S>(batch, side))
    }
}

impl<I: Element, O: 'static, S: SideInputs, F> Operator for WithSideOp<I, O, S, F>
where
    F: Fn(I, S::Refs<'_>, &mut Emitter<O>),
{
    fn setup(&mut self) -> Result<()> {
        self.reader.set_up();
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.function.out.flush()
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

    fn pending(&self) -> Option<Pending> {
        self.reader.pending()
    }

    fn views_changed(&mut self) -> Result<()> {
        let Self { reader, function } = self;
        reader.views_changed(|batch, side| function.apply::<S>(batch, side))
    }
}
