//! How a stage of one worker stands with the stages behind it: whether it has to be waited for.

use crate::exchange::LocalLink;
use crate::idleness::Idleness;
use crate::plan::{Plan, StageId};
use beamline_sdk::kernel::Inflow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// What a stage of one worker says to those behind it, and hears of those before it.
pub(crate) struct Standing {
    idleness: Arc<Idleness>,
    stage: StageId,
    /// The stages that send to it.
    inputs: Vec<StageId>,
    /// Its ways to other stages.
    links: Vec<Rc<LocalLink>>,
    /// Whether it claims to be idle on any of them.
    has_claims: Cell<bool>,
    is_stirring: Cell<bool>,
}

impl Standing {
    pub(crate) fn new(idleness: Arc<Idleness>, plan: &Plan, stage: StageId, links: Vec<Rc<LocalLink>>) -> Self {
        let inputs = plan.stages[stage].inputs().to_vec();
        Self { idleness, stage, inputs, links, has_claims: Cell::default(), is_stirring: Cell::default() }
    }

    /// How often somebody before the stage has woken up.
    pub(crate) fn wakes_before(&self) -> u64 {
        self.idleness.wakes(self.stage)
    }

    /// At the end of a bundle: what is claimed by links that are idle, as of so many wakes before the stage.
    pub(crate) fn settle(&self, wakes: Option<u64>) {
        self.links.iter().for_each(|link| link.settle(wakes));
        self.has_claims.set(self.links.iter().any(|link| link.is_claimed()));
        if self.is_stirring.take() && self.idleness.settle(self.stage) {
            self.links.iter().take(1).for_each(|link| link.wakers.wake_all_workers());
        }
    }
}

impl Inflow for Standing {
    fn stir(&self) {
        if self.has_claims.get() && !self.is_stirring.replace(true) {
            self.idleness.stir(self.stage);
        }
    }

    fn wakes(&self) -> Option<u64> {
        let wakes = self.wakes_before();
        self.inputs.iter().all(|input| self.idleness.is_calm(*input)).then_some(wakes)
    }
}
