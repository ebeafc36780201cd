//! The ends of bundles in the middle of what a step emits because time goes on: all results of a window, for example, of which
//! there may be millions.
//!
//! Whoever calls such a step offers a way to end the bundle of the steps behind it. Between two batches that the step
//! emits, these steps are not at work, so they can pass on what they have gathered, and begin anew.

use super::current::{self, NO_STEP, StepId};
use crate::Result;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Ends the bundle of the steps behind one that emits much.
pub trait BundleCut {
    /// Ends it, and begins another, if it has become long. The step has just passed on a batch.
    ///
    /// # Errors
    /// Those of the steps.
    fn cut_if_long(&self) -> Result<()>;
}

thread_local! {
    /// The step whose output may be cut.
    static STEP: Cell<StepId> = const { Cell::new(NO_STEP) };
    static CUT: RefCell<Option<Rc<dyn BundleCut>>> = const { RefCell::new(None) };
}

/// Lets what a step emits within a call be cut.
pub fn emit_in_bundles<R>(step: StepId, cut: Rc<dyn BundleCut>, call: impl FnOnce() -> R) -> R {
    let before = (STEP.replace(step), CUT.replace(Some(cut)));
    let result = call();
    STEP.set(before.0);
    CUT.set(before.1);
    result
}

/// To be called when a step has passed on a batch.
#[inline]
pub(super) fn look() -> Result<()> {
    let step = STEP.get();
    if step == NO_STEP || step != current::step() { Ok(()) } else { cut(step) }
}

#[cold]
fn cut(step: StepId) -> Result<()> {
    let Some(cut) = CUT.with_borrow(Option::clone) else { return Ok(()) };
    STEP.set(NO_STEP);
    let result = cut.cut_if_long();
    STEP.set(step);
    result
}
