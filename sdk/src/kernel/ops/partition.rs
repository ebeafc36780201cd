//! One collection into a number of others.

use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{Element, Error, ErrorKind, Result, Step};
use std::sync::Arc;

/// Sends every element to the output that a function names.
pub(crate) struct Partition<T, F> {
    f: F,
    step: Arc<Step>,
    outs: Vec<Emitter<T>>,
}

impl<T: Element, F: Fn(&T) -> usize> Partition<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, n: usize, f: F) -> Self {
        Self { f, step: wiring.step.clone(), outs: (0..n).map(|i| wiring.emitter(i)).collect() }
    }

    fn out_of_range(&self, element: &T, index: usize) -> Error {
        let text = format!("the function chose partition {index}, and there are {}, counted from 0", self.outs.len());
        Error::new(ErrorKind::User, text).in_step(&self.step).at(render(element))
    }
}

impl<T: Element, F: Fn(&T) -> usize> Push<T> for Partition<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.outs.iter_mut().for_each(|out| out.begin(&batch.meta));
        for (row, element) in batch.values.drain(..).enumerate() {
            let index = catch(&self.step, || (self.f)(&element)).map_err(|e| e.at(render(&element)))?;
            let Some(out) = self.outs.get_mut(index) else { return Err(self.out_of_range(&element, index)) };
            out.begin_row(&batch.meta, row);
            out.emit(element);
        }
        self.outs.iter_mut().try_for_each(Emitter::check)
    }
}

impl<T: Element, F> Operator for Partition<T, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.outs.iter_mut().try_for_each(Emitter::flush)
    }
}
