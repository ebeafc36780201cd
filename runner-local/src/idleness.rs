//! Whom nobody has to wait for: the claims of idle senders, and what makes them void.
//!
//! A sender that is idle claims so in band, behind all that it has sent. Its claim names how often anybody before it had
//! woken up by then, and it is good only while that number stands: whoever wakes up counts that at all later stages, before
//! anything of what it has read is under way. So a claim is void at once, on all workers and however many stages later, as
//! soon as there may be something under way that its sender has not heard of. It makes a new one when it has worked
//! through that.

use crate::plan::{Plan, StageId};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// What is known of the stages, by all workers.
pub(crate) struct Idleness {
    stages: Vec<Before>,
    /// For each stage, those to which what it makes may come, itself included, in the order of the plan.
    reached: Vec<Vec<StageId>>,
    /// Whether somebody has stood still because others stirred.
    has_held: AtomicBool,
}

/// What happens in front of a stage, and in it.
#[derive(Default)]
struct Before {
    /// How often a sender has woken up whose elements come to the stage, through whichever others.
    wakes: AtomicU64,
    /// How many idle workers are about to do something, in the stage or in those before it.
    stirring: AtomicUsize,
}

impl Idleness {
    pub(crate) fn new(plan: &Plan) -> Self {
        let reached = (0..plan.stages.len()).map(|stage| plan.reached_from(stage)).collect();
        let stages = plan.stages.iter().map(|_| Before::default()).collect();
        Self { stages, reached, has_held: AtomicBool::new(false) }
    }

    /// How often somebody before a stage has woken up.
    pub(crate) fn wakes(&self, stage: StageId) -> u64 {
        self.stages[stage].wakes.load(Ordering::SeqCst)
    }

    /// A sender wakes up who sends to `stage`: earlier stages hear of it first, so that whoever knows the number of a later
    /// one sees what it counts.
    fn wake(&self, stage: StageId) {
        for reached in &self.reached[stage] {
            self.stages[*reached].wakes.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// An idle worker is about to do something in a stage of its own accord, and may wake up by that.
    pub(crate) fn stir(&self, stage: StageId) {
        for reached in &self.reached[stage] {
            self.stages[*reached].stirring.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// It has done so; says whether somebody has stood still meanwhile, and has to be called.
    pub(crate) fn settle(&self, stage: StageId) -> bool {
        for reached in &self.reached[stage] {
            self.stages[*reached].stirring.fetch_sub(1, Ordering::SeqCst);
        }
        self.has_held.load(Ordering::SeqCst) && self.has_held.swap(false, Ordering::SeqCst)
    }

    /// Whether nobody stirs in a stage or before it. Whoever is told otherwise is called when that has changed. To be asked
    /// before anything else about claims.
    pub(crate) fn is_calm(&self, stage: StageId) -> bool {
        let is_calm = || self.stages[stage].stirring.load(Ordering::SeqCst) == 0;
        is_calm() || {
            self.has_held.store(true, Ordering::SeqCst);
            is_calm()
        }
    }
}

/// The senders of an exchange.
pub(crate) struct Senders {
    /// Their stage.
    from: StageId,
    /// How often each of them has woken up by itself.
    wakes: Vec<AtomicU64>,
}

impl Senders {
    pub(crate) fn new(from: StageId, workers: usize) -> Self {
        Self { from, wakes: (0..workers).map(|_| AtomicU64::new(0)).collect() }
    }

    /// What a sender names in a claim, when there have been so many wakes before its stage.
    pub(crate) fn claim(&self, sender: usize, before: u64) -> u64 {
        before + self.wakes[sender].load(Ordering::SeqCst)
    }

    /// Wakes a sender up. To be called before anything of what it has read is under way.
    pub(crate) fn wake(&self, sender: usize, to: StageId, idleness: &Idleness) {
        self.wakes[sender].fetch_add(1, Ordering::SeqCst);
        idleness.wake(to);
    }

    /// Whether nobody is about to make claims of these senders void.
    pub(crate) fn are_calm(&self, idleness: &Idleness) -> bool {
        idleness.is_calm(self.from)
    }

    /// Whether a claim of a sender is good.
    pub(crate) fn is_good(&self, sender: usize, claim: u64, idleness: &Idleness) -> bool {
        claim == self.claim(sender, idleness.wakes(self.from))
    }
}

#[cfg(test)]
mod tests;
