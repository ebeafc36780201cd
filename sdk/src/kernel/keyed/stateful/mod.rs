//! Stateful user code: what each key of a worker remembers in each window, and what it waits for.
//!
//! A key in a window is a slot. A slot stands in the queue of event time with the earliest of what it waits for, and in
//! that of processing time likewise, so time that goes on touches those whose time has come, and nothing goes over all
//! keys. What comes when is decided in [`state`](crate::state); here it is looked up, called and put back.

mod blame;
mod calls;
mod firing;
mod kept;
mod lifetime;
mod receiver;
mod schedule;
#[cfg(test)]
mod tests;

use super::route::HashSender;
use crate::kernel::{Link, Op, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::pipeline::Template;
use crate::state::StatefulDoFn;
use crate::{Element, Key};
use receiver::Stateful;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

/// The shuffle of a stateful function. A second output, if the step has one, takes what came too late.
pub(crate) struct RunStateful<K, V, D> {
    dofn: Template<D>,
    allowed_lateness: Duration,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V, D: Clone> RunStateful<K, V, D> {
    pub(crate) fn new(dofn: D, allowed_lateness: Duration) -> Self {
        Self { dofn: Template::new(dofn), allowed_lateness, _rows: PhantomData }
    }
}

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Shuffle for RunStateful<K, V, D> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::keyed(wiring, HashSender::<K, V>::new(link, wiring.env))
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let stateful = Stateful::<K, V, D>::new(wiring, self.dofn.copy(), self.allowed_lateness);
        let stateful = Rc::new(RefCell::new(stateful));
        Receiver { inboxes: vec![stateful.clone()], control: stateful }
    }
}
