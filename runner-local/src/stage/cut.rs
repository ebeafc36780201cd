//! Bundles within what a step emits because time goes on: what comes of one watermark may be millions of results, and steps
//! behind may be slow.

use super::LONGEST_BUNDLE;
use super::reads::Reads;
use super::step::{StepRun, call};
use beamline_sdk::kernel::{BundleCut, Clock, Operator, StepId, emit_in_bundles};
use beamline_sdk::{Result, Step, Timestamp};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// A step of the stage.
struct Member {
    id: StepId,
    step: Arc<Step>,
    control: Rc<RefCell<dyn Operator>>,
}

impl Member {
    fn of(step: &StepRun) -> Self {
        let StepRun { id, step, control, .. } = step;
        Self { id: *id, step: step.clone(), control: control.clone() }
    }

    fn call(&self, f: impl FnOnce(&mut dyn Operator) -> Result<()>) -> Result<()> {
        call(self.id, &self.step, &self.control, f)
    }
}

/// Ends the bundles of the steps behind one of a stage, while that emits.
///
/// These steps are told nothing of time, and what they read is cut between batches only. So nothing changes but how much
/// of it is in a bundle: what is taken back is still together with what replaces it.
pub(super) struct Cut {
    members: Vec<Member>,
    reads: Rc<Reads>,
    /// The place of the step that emits.
    emits: Cell<usize>,
    clock: Arc<dyn Clock>,
    /// When the bundle becomes long.
    until: Cell<Timestamp>,
}

impl Cut {
    /// For these steps, which are in topological order.
    pub(super) fn new(steps: &[StepRun], reads: Rc<Reads>, clock: Arc<dyn Clock>) -> Self {
        let members = steps.iter().map(Member::of).collect();
        Self { members, reads, emits: Cell::new(0), clock, until: Timestamp::MAX.into() }
    }

    /// Calls the step in this place, which may emit much.
    pub(super) fn emit<R>(self: &Rc<Self>, step: usize, call: impl FnOnce() -> R) -> R {
        self.emits.set(step);
        self.begin();
        emit_in_bundles(self.members[step].id, self.clone(), call)
    }

    fn begin(&self) {
        self.until.set(self.clock.now() + LONGEST_BUNDLE);
    }

    /// The steps that what the step emits comes to.
    fn behind(&self) -> impl Iterator<Item = &Member> {
        let emits = self.emits.get();
        let mut is_behind = vec![false; self.members.len()];
        is_behind[emits] = true;
        for step in emits + 1..self.members.len() {
            is_behind[step] = self.reads.of(step).iter().any(|read| is_behind[*read]);
        }
        let behind = self.members.iter().zip(is_behind).skip(emits + 1);
        behind.filter_map(|(member, is_behind)| is_behind.then_some(member))
    }
}

impl BundleCut for Cut {
    fn cut_if_long(&self) -> Result<()> {
        if self.clock.now() < self.until.get() {
            return Ok(());
        }
        self.behind().try_for_each(|member| member.call(|step| step.finish_bundle()))?;
        self.behind().try_for_each(|member| member.call(|step| step.start_bundle()))?;
        self.begin();
        Ok(())
    }
}
