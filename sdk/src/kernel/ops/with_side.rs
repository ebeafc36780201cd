//! Functions of an element and of side inputs.

use super::explode::each_window;
use super::side::Side;
use crate::kernel::guard::{Witness, catch};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::side_input::SideInputs;
use crate::{Element, Result, Step};
use std::sync::Arc;

/// Applies a function that makes any number of outputs of an element and the side inputs.
pub(crate) struct WithSideOp<I, O, S: SideInputs, F> {
    f: F,
    side: Side<S>,
    step: Arc<Step>,
    witness: Witness<I>,
    out: Emitter<O>,
    capacity: usize,
}

impl<I: Element, O: 'static, S: SideInputs, F> WithSideOp<I, O, S, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, side: S, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        Self {
            f,
            side: Side::new(side, wiring),
            step: wiring.step.clone(),
            witness,
            out: wiring.emitter(0),
            capacity: wiring.env.batch_size,
        }
    }

    /// Applies the function to rows that see the same side inputs.
    fn apply(&mut self, batch: &mut Batch<I>, side: &S::Values) -> Result<()>
    where
        F: Fn(I, S::Refs<'_>, &mut Emitter<O>),
    {
        let Self { f, step, witness, out, .. } = self;
        out.begin(&batch.meta);
        let mut each = |(row, element): (usize, I)| {
            out.begin_row(&batch.meta, row);
            witness.see(&element);
            f(element, S::refs(side), out);
        };
        let result = catch(step, || batch.values.drain(..).enumerate().for_each(&mut each));
        out.check()?;
        result.map_err(|e| witness.blame(e))
    }
}

impl<I: Element, O: 'static, S: SideInputs, F> Push<I> for WithSideOp<I, O, S, F>
where
    F: Fn(I, S::Refs<'_>, &mut Emitter<O>),
{
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let capacity = self.capacity;
        match self.side.of_all_windows()? {
            Some(side) => self.apply(batch, &side),
            None => each_window(batch, capacity, |batch, window| {
                let side = self.side.of(window)?;
                self.apply(batch, &side)
            }),
        }
    }
}

impl<I, O: 'static, S: SideInputs, F> Operator for WithSideOp<I, O, S, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}
