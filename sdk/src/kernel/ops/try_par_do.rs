//! A `DoFn` that is called again for an element that it fails for, and then gives it up.

use super::explode::each_in_one_window;
use super::letters::Letters;
use crate::dead_letter::Failure;
use crate::kernel::guard::{catch, render, user_error};
use crate::kernel::{Batch, Emitter, Meta, Operator, Push, Wiring};
use crate::{BoxError, BundleCx, Cx, DoFn, Element, FailureLimit, Result, Step, Timestamp};
use std::sync::Arc;

/// Runs a `DoFn`. What it emits for an element is passed on when it has succeeded, and forgotten when it fails.
pub(crate) struct TryParDo<I, D: DoFn<I>> {
    dofn: D,
    attempts: u32,
    step: Arc<Step>,
    /// What has been emitted for the element in work.
    attempt: Emitter<D::Out>,
    out: Emitter<D::Out>,
    letters: Letters<I>,
    capacity: usize,
    is_set_up: bool,
    in_bundle: bool,
}

impl<I: Element, D: DoFn<I>> TryParDo<I, D> {
    pub(crate) fn new(wiring: &Wiring<'_>, dofn: D, attempts: u32, limit: Option<FailureLimit>) -> Self {
        Self {
            dofn,
            attempts: attempts.max(1),
            step: wiring.step.clone(),
            attempt: Emitter::collecting(wiring.env),
            out: wiring.emitter(0),
            letters: Letters::new(wiring, limit),
            capacity: wiring.env.batch_size,
            is_set_up: false,
            in_bundle: false,
        }
    }

    fn call(&mut self, f: impl FnOnce(&mut Self) -> Result<(), BoxError>) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || f(self))?.map_err(|error| user_error(&step, error))
    }

    fn process_all(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Batch { values, meta } = batch.take();
        self.letters.count(values.len());
        values.into_iter().enumerate().try_for_each(|(row, element)| self.process(element, &meta, row))
    }

    fn process(&mut self, element: I, meta: &Meta, row: usize) -> Result<()> {
        let mut attempts = 1;
        loop {
            match self.attempt(element.clone(), meta, row).map_err(|error| error.at(render(&element)))? {
                Ok(()) => return self.out.forward(&mut self.attempt.take()),
                Err(_) if attempts < self.attempts => attempts += 1,
                Err(error) => return self.letters.fail(element, meta.get(row), Failure { error, attempts }),
            }
        }
    }

    /// Calls the function for an element, once. A panic is no failure of the element, and ends the run.
    fn attempt(&mut self, element: I, meta: &Meta, row: usize) -> Result<Result<(), BoxError>> {
        self.attempt.take();
        self.attempt.begin(meta);
        self.attempt.begin_row(meta, row);
        let Self { dofn, attempt: out, step, .. } = self;
        catch(step, || dofn.process(element, &mut Cx { out, meta, row, side: &() }))
    }
}

impl<I: Element, D: DoFn<I>> Push<I> for TryParDo<I, D> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        if !std::mem::replace(&mut self.in_bundle, true) {
            self.call(|me| me.dofn.start_bundle())?;
        }
        each_in_one_window(batch, self.capacity, |batch| self.process_all(batch))
    }
}

impl<I: Element, D: DoFn<I>> Operator for TryParDo<I, D> {
    fn setup(&mut self) -> Result<()> {
        self.is_set_up = true;
        self.call(|me| me.dofn.setup())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        if std::mem::take(&mut self.in_bundle) {
            let result = self.call(|me| me.dofn.finish_bundle(&mut BundleCx(&mut me.out)));
            self.out.check()?;
            result?;
        }
        self.out.flush()?;
        self.letters.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time == Timestamp::MAX { self.letters.end() } else { Ok(()) }
    }

    fn teardown(&mut self) {
        if std::mem::take(&mut self.is_set_up) {
            // A panic here has nobody left to tell: the run is over.
            let _ = catch(&self.step, || self.dofn.teardown());
        }
    }
}
