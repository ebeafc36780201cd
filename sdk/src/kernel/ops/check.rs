//! The end of an assertion.

use crate::kernel::guard::catch;
use crate::kernel::{Batch, Operator, Push, Wiring};
use crate::testing::PASSED;
use crate::{Error, ErrorKind, Result, Step};
use std::sync::Arc;

/// Fails the pipeline for values that do not pass, and counts those that do.
pub(crate) struct Check<F> {
    holds: F,
    step: Arc<Step>,
    /// The step that made the collection in question.
    made_by: Arc<str>,
}

impl<F> Check<F> {
    pub(crate) fn new(wiring: &Wiring<'_>, holds: F, made_by: Arc<str>) -> Self {
        Self { holds, step: wiring.step.clone(), made_by }
    }

    fn failed(&self, text: String) -> Error {
        let text = format!("{text}\n  made by: {}", self.made_by);
        Error::new(ErrorKind::User, text).in_step(&self.step)
    }
}

impl<T, F: Fn(&T) -> Result<(), String>> Push<T> for Check<F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        for value in batch.values.drain(..) {
            catch(&self.step, || (self.holds)(&value))?.map_err(|text| self.failed(text))?;
            PASSED.inc(1);
        }
        Ok(())
    }
}

impl<F> Operator for Check<F> {}
