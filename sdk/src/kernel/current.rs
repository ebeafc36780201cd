//! Which step of the pipeline this thread is in: whom a panic or a metric belongs to.

use std::cell::Cell;

/// The index of a step in the pipeline's graph.
pub type StepId = u32;

/// No step: the thread is in the engine.
pub const NO_STEP: StepId = StepId::MAX;

thread_local! {
    static CURRENT: Cell<StepId> = const { Cell::new(NO_STEP) };
}

/// Enters a step and says which one the thread was in.
#[inline]
pub fn enter(step: StepId) -> StepId {
    CURRENT.replace(step)
}

/// The step that the thread is in.
#[inline]
pub fn step() -> StepId {
    CURRENT.get()
}
