//! One enum into several collections.

use crate::Result;
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::outputs::{OutputEnum, Routes};

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
        for (row, value) in batch.values.drain(..).enumerate() {
            value.route(&mut self.routes, &batch.meta, row);
        }
        self.routes.check()
    }
}

impl<T: OutputEnum> Operator for Split<T> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.routes.flush()
    }
}
