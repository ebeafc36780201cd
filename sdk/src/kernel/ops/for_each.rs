//! The end of a pipeline in a function of the user.

use super::explode::each_in_one_window;
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Flow, Meta, Operator, Push, Wiring};
use crate::{BoxError, Element, Result, Step};
use std::rc::Rc;
use std::sync::Arc;

/// Calls a function with every element, once for each window that it is in if the function looks at windows.
pub(crate) struct ForEach<T, F> {
    f: F,
    looks_at_windows: bool,
    capacity: usize,
    taken: Rc<Flow>,
    step: Arc<Step>,
    witness: Witness<T>,
}

impl<T: Element, F: FnMut(T, &Meta, usize) -> Result<(), BoxError>> ForEach<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, looks_at_windows: bool, f: F) -> Self {
        let (capacity, witness) = (wiring.env.batch_size_of::<T>(), Witness::new(wiring.env.trace_elements));
        let taken = wiring.flows.first().cloned().unwrap_or_default();
        Self { f, looks_at_windows, capacity, taken, step: wiring.step.clone(), witness }
    }

    fn call(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let Self { f, taken, step, witness, .. } = self;
        taken.count(batch.len());
        let meta = &batch.meta;
        witness.hand_out(step, &mut batch.values, |row, element| f(element, meta, row))
    }
}

impl<T: Element, F: FnMut(T, &Meta, usize) -> Result<(), BoxError>> Push<T> for ForEach<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        if !self.looks_at_windows {
            return self.call(batch);
        }
        each_in_one_window(batch, self.capacity, |batch| self.call(batch))
    }
}

impl<T, F> Operator for ForEach<T, F> {}
