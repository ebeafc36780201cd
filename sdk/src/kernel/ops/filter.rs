//! Fewer elements.

use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{Element, Result, Step};
use std::sync::Arc;

/// Keeps the elements that a predicate accepts.
pub(crate) struct Filter<T, F> {
    f: F,
    step: Arc<Step>,
    out: Emitter<T>,
}

impl<T: Element, F: Fn(&T) -> bool> Filter<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), out: wiring.emitter(0) }
    }
}

impl<T: Element, F: Fn(&T) -> bool> Push<T> for Filter<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let (mut seen, mut kept) = (0, 0);
        let in_place = batch.meta.is_same();
        let keep = |x: &T| {
            let keep = (self.f)(x);
            seen += 1;
            kept += usize::from(keep);
            keep
        };
        let result = catch(&self.step, || batch.retain(keep));
        // A panic leaves the element behind those that were kept, or in its place if none has moved yet.
        let row = if in_place { kept } else { seen };
        result.map_err(|error| match batch.values.get(row) {
            Some(element) => error.at(render(element)),
            None => error,
        })?;
        self.out.forward(batch)
    }
}

impl<T: Element, F> Operator for Filter<T, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}
