//! Any number of outputs for each input.

use crate::kernel::guard::{catch, render};
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{Element, Emit, Result, Step};
use std::sync::Arc;

/// Applies a function that makes an iterator of every element.
pub(crate) struct FlatMap<I, O, F> {
    f: F,
    step: Arc<Step>,
    witness: Witness<I>,
    out: Emitter<O>,
}

impl<I: Element, O: 'static, F> FlatMap<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        Self { f, step: wiring.step.clone(), witness, out: wiring.emitter(0) }
    }
}

impl<I: Element, It: IntoIterator, F: Fn(I) -> It> Push<I> for FlatMap<I, It::Item, F>
where
    It::Item: 'static,
{
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Self { f, step, witness, out } = self;
        let differs = !batch.meta.is_same();
        out.begin(&batch.meta);
        let result = witness.hand_out(step, &mut batch.values, |row, element| {
            // Many elements have none: then their stamp is not needed.
            let mut is_new = differs;
            for output in f(element) {
                out.emit_of_or_unwind(output, &batch.meta, row, std::mem::take(&mut is_new));
            }
            Ok(())
        });
        out.check()?;
        result
    }
}

impl<I, O: 'static, F> Operator for FlatMap<I, O, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Applies a function that borrows the element and emits.
pub(crate) struct FlatMapWith<O, F> {
    f: F,
    step: Arc<Step>,
    out: Emitter<O>,
}

impl<O: 'static, F> FlatMapWith<O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), out: wiring.emitter(0) }
    }
}

impl<I: Element, O: 'static, F: Fn(&I, &mut Emit<'_, O>)> Push<I> for FlatMapWith<O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Self { f, step, out } = self;
        out.begin(&batch.meta);
        let mut row = 0;
        let each = || {
            for (i, x) in batch.values.iter().enumerate() {
                row = i;
                out.begin_row(&batch.meta, i);
                f(x, &mut Emit::new(out));
            }
        };
        let result = catch(step, each);
        out.check()?;
        result.map_err(|e| e.at(render(&batch.values[row])))
    }
}

impl<O: 'static, F> Operator for FlatMapWith<O, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}
