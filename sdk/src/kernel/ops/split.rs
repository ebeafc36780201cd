//! One enum into several collections.

use crate::kernel::drain::drain;
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::outputs::{OutputEnum, Routes};
use crate::{Element, Result, Step};
use std::sync::Arc;

/// Sends every variant to its own output.
pub(crate) struct Split<T: OutputEnum> {
    routes: T::Routes,
}

impl<T: OutputEnum> Split<T> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self { routes: T::Routes::connect(&mut OutputsOf { wiring, next: 0 }) }
    }
}

/// Hands out the outputs of a step in order.
pub struct OutputsOf<'a, 'w> {
    wiring: &'a Wiring<'w>,
    next: usize,
}

impl OutputsOf<'_, '_> {
    /// The next output.
    pub fn emitter<T: 'static>(&mut self) -> Emitter<T> {
        self.next += 1;
        self.wiring.emitter(self.next - 1)
    }
}

impl<T: OutputEnum> Push<T> for Split<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.routes.begin(&batch.meta);
        let Batch { values, meta } = batch;
        drain(values).enumerate().for_each(|(row, value)| value.route(&mut self.routes, meta, row));
        self.routes.check()
    }
}

impl<T: OutputEnum> Operator for Split<T> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.routes.flush()
    }
}

/// Applies a function that says where each element goes, and sends it there.
pub(crate) struct SplitWith<I, O: OutputEnum, F> {
    f: F,
    step: Arc<Step>,
    witness: Witness<I>,
    routes: O::Routes,
}

impl<I: Element, O: OutputEnum, F: Fn(I) -> O> SplitWith<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        let routes = O::Routes::connect(&mut OutputsOf { wiring, next: 0 });
        Self { f, step: wiring.step.clone(), witness, routes }
    }
}

impl<I: Element, O: OutputEnum, F: Fn(I) -> O> Push<I> for SplitWith<I, O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Self { f, step, witness, routes } = self;
        routes.begin(&batch.meta);
        let result = witness.hand_out(step, &mut batch.values, |row, element| {
            f(element).route(routes, &batch.meta, row);
            Ok(())
        });
        routes.check()?;
        result
    }
}

impl<I, O: OutputEnum, F> Operator for SplitWith<I, O, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.routes.flush()
    }
}
