//! A function that may fail, with its failures as a collection.

use super::letters::Letters;
use crate::dead_letter::Failure;
use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{BoxError, Element, FailureLimit, Result, Step, Timestamp};
use std::sync::Arc;

/// Applies a fallible function; failures go to the second output, or fail the pipeline when nobody reads that.
pub(crate) struct TryMap<I, O, F> {
    f: F,
    step: Arc<Step>,
    ok: Emitter<O>,
    letters: Letters<I>,
}

impl<I: Element, O: Element, F> TryMap<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F, limit: Option<FailureLimit>) -> Self {
        Self { f, step: wiring.step.clone(), ok: wiring.emitter(0), letters: Letters::new(wiring, limit) }
    }
}

impl<I: Element, O: Element, E: Into<BoxError>, F: Fn(&I) -> Result<O, E>> Push<I> for TryMap<I, O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        self.ok.begin(&batch.meta);
        self.letters.count(batch.len());
        for (row, element) in batch.values.drain(..).enumerate() {
            self.ok.begin_row(&batch.meta, row);
            match catch(&self.step, || (self.f)(&element)) {
                Ok(Ok(o)) => self.ok.emit(o),
                Ok(Err(error)) => {
                    self.letters.fail(element, batch.meta.get(row), Failure { error: error.into(), attempts: 1 })?;
                }
                Err(panic) => return Err(panic.at(render(&element))),
            }
        }
        self.ok.check()
    }
}

impl<I: Element, O: Element, F> Operator for TryMap<I, O, F> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.ok.flush()?;
        self.letters.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time == Timestamp::MAX { self.letters.end() } else { Ok(()) }
    }
}
