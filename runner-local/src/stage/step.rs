//! A step of a stage.

use crate::status::StepReport;
use beamline_sdk::kernel::{Mark, Operator, StepId, enter, panic_error};
use beamline_sdk::{Result, Step, Timestamp};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// A step on one worker.
pub(crate) struct StepRun {
    pub(super) id: StepId,
    pub(super) step: Arc<Step>,
    pub(super) control: Rc<RefCell<dyn Operator>>,
    /// Whether it is the sending end of a step of a later stage.
    is_sender: bool,
    pub(super) input: Mark,
    pub(super) output: Mark,
    pub(super) alarm: Option<Timestamp>,
    pub(super) is_set_up: bool,
}

impl StepRun {
    pub(crate) fn new(id: StepId, step: Arc<Step>, control: Rc<RefCell<dyn Operator>>, is_sender: bool) -> Self {
        let (input, output) = (Mark::START, Mark::START);
        Self { id, step, control, is_sender, input, output, alarm: None, is_set_up: false }
    }

    pub(super) fn report(&self) -> StepReport {
        let Self { id: step, is_sender, input, output, alarm, .. } = *self;
        let pending = self.control.try_borrow().ok().and_then(|control| control.pending());
        StepReport { step, is_sender, input, output, alarm, pending }
    }

    pub(super) fn call<R>(&self, f: impl FnOnce(&mut dyn Operator) -> Result<R>) -> Result<R> {
        call(self.id, &self.step, &self.control, f)
    }

    /// The end of a bundle, after which the inputs have come to `mark`.
    pub(super) fn finish(&mut self, mark: Mark, is_halting: bool) -> Result<()> {
        let before = self.input;
        let (output, alarm, is_busy) = self.call(|control| {
            if mark.time > before.time {
                control.watermark(mark.time)?;
            }
            if mark.is_idle != before.is_idle {
                control.idle(mark.is_idle)?;
            }
            if is_halting {
                control.halt()?;
            }
            control.finish_bundle()?;
            Ok((control.output_watermark(mark.time), control.alarm(), control.is_busy()))
        })?;
        self.input = mark;
        // What is still to come is not behind the end of time, whatever its timestamp says.
        let output = if is_busy { output.min(Timestamp::END_OF_GLOBAL_WINDOW) } else { output };
        // What is held back will come still, so its readers have to wait.
        let is_idle = mark.is_idle && output >= mark.time && !is_busy;
        self.output = Mark { time: self.output.time.max(output.min(mark.time)), is_idle };
        self.alarm = alarm;
        Ok(())
    }

    /// Lets go of what it is made of. User code may panic when it is dropped.
    pub(super) fn let_go(self) -> Result<()> {
        let Self { id, step, control, .. } = self;
        blamed(id, &step, || {
            drop(control);
            Ok(())
        })
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.output == Mark::END
    }

    /// The alarm, if it is to ring also when the run halts.
    pub(super) fn working_alarm(&self) -> Option<Timestamp> {
        self.alarm.filter(|_| self.control.borrow().works_by_the_clock())
    }
}

/// Calls a step, which errors are blamed on.
pub(super) fn call<R>(
    id: StepId,
    step: &Arc<Step>,
    control: &RefCell<dyn Operator>,
    f: impl FnOnce(&mut dyn Operator) -> Result<R>,
) -> Result<R> {
    blamed(id, step, || f(&mut *control.borrow_mut()))
}

/// Does something for a step, which errors and panics are blamed on.
pub(crate) fn blamed<R>(id: StepId, step: &Arc<Step>, f: impl FnOnce() -> Result<R>) -> Result<R> {
    in_step(id, f).map_err(|error| error.in_step(step))
}

/// Calls a step. A panic that it did not catch itself, such as in the hash of a key, is an error like any other.
pub(super) fn in_step<R>(step: StepId, f: impl FnOnce() -> Result<R>) -> Result<R> {
    let before = enter(step);
    let result = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(panic_error(payload)));
    enter(before);
    result
}
