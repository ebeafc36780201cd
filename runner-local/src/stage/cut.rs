//! Bundles within what a step emits because time goes on: what comes of one watermark may be millions of results, and steps
//! behind may be slow.

use super::LONGEST_BUNDLE;
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
    reads: Vec<usize>,
}

impl Member {
    fn of(step: &StepRun) -> Self {
        let StepRun { id, step, control, reads, .. } = step;
        Self { id: *id, step: step.clone(), control: control.clone(), reads: reads.clone() }
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
    members: Rc<[Member]>,
    emits: usize,
    clock: Arc<dyn Clock>,
    /// When the bundle becomes long.
    until: Cell<Timestamp>,
}

impl Cut {
    /// One for each of the steps, which are in topological order.
    pub(super) fn each(steps: &[StepRun], clock: &Arc<dyn Clock>) -> Vec<Rc<Self>> {
        let members: Rc<[Member]> = steps.iter().map(Member::of).collect();
        let cut = |emits| Self { members: members.clone(), emits, clock: clock.clone(), until: Timestamp::MAX.into() };
        (0..steps.len()).map(|step| Rc::new(cut(step))).collect()
    }

    /// Calls the step, which may emit much.
    pub(super) fn emit<R>(self: &Rc<Self>, call: impl FnOnce() -> R) -> R {
        self.begin();
        emit_in_bundles(self.members[self.emits].id, self.clone(), call)
    }

    fn begin(&self) {
        self.until.set(self.clock.now() + LONGEST_BUNDLE);
    }

    /// The steps that what the step emits comes to.
    fn behind(&self) -> impl Iterator<Item = &Member> {
        let mut is_behind = vec![false; self.members.len()];
        is_behind[self.emits] = true;
        for (step, member) in self.members.iter().enumerate().skip(self.emits + 1) {
            is_behind[step] = member.reads.iter().any(|read| is_behind[*read]);
        }
        let behind = self.members.iter().zip(is_behind).skip(self.emits + 1);
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
