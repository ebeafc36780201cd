//! A function that may fail, with its failures as a collection.

use crate::kernel::guard::{catch, render, user_error};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{BoxError, Element, Failure, Result, Step};
use std::sync::Arc;

/// Applies a fallible function; failures go to the second output, or fail the pipeline when nobody reads that.
pub(crate) struct TryMap<I, O, F> {
    f: F,
    step: Arc<Step>,
    ok: Emitter<O>,
    failed: Emitter<Failure<I>>,
    fatal: bool,
}

impl<I: Element, O: Element, F> TryMap<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        let fatal = wiring.outputs[1].is_empty();
        Self { f, step: wiring.step.clone(), ok: wiring.emitter(0), failed: wiring.emitter(1), fatal }
    }

    fn fail(&mut self, element: I, error: BoxError, time: crate::Timestamp) -> Result<()> {
        if self.fatal {
            let error = user_error(&self.step, error).at(render(&element));
            return Err(error.help("read the `failed` output of this try_map to go on without such elements"));
        }
        self.failed.emit(Failure::new(element, &self.step, &error, time));
        Ok(())
    }
}

impl<I: Element, O: Element, E: Into<BoxError>, F: Fn(&I) -> Result<O, E>> Push<I> for TryMap<I, O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        self.ok.begin(&batch.meta);
        self.failed.begin(&batch.meta);
        for (row, element) in batch.values.drain(..).enumerate() {
            self.ok.begin_row(&batch.meta, row);
            match catch(&self.step, || (self.f)(&element)) {
                Ok(Ok(o)) => self.ok.emit(o),
                Ok(Err(error)) => {
                    self.failed.begin_row(&batch.meta, row);
                    self.fail(element, error.into(), *batch.meta.time.get(row))?;
                }
                Err(panic) => return Err(panic.at(render(&element))),
            }
        }
        self.ok.check()?;
        self.failed.check()
    }
}

impl<I: Element, O: Element, F> Operator for TryMap<I, O, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.ok.flush()?;
        self.failed.flush()
    }
}
