//! What runs calls.

use super::call::Caller;
use super::guard::{Guarded, Place};
use super::here::Here;
use super::threads::Threads;
use super::time::is_by_hand;
use crate::kernel::Env;
use crate::kernel::runtime::Background;
use crate::{Element, Result};
use std::pin::Pin;
use std::sync::Arc;

/// What becomes of an element, by the number of its flight; an error if that has failed in an unforeseen way.
pub(super) type Done<R> = (u64, Result<R>);
type Task<R> = Pin<Box<dyn Future<Output = R> + Send>>;
pub(super) type GuardedTask<R> = Guarded<Task<R>>;

/// Runs calls.
pub(super) struct Executor<R> {
    place: Place,
    kind: Kind<R>,
}

enum Kind<R> {
    Threads(Threads<R>),
    Here(Here<R>),
}

impl<R: Send + 'static> Executor<R> {
    pub(super) fn new<T: Element, O: Element>(
        env: &Env,
        runtime: &Arc<Background>,
        caller: &Caller<T, O>,
    ) -> Result<Self> {
        let handle = runtime.handle()?.clone();
        let kind =
            if is_by_hand(env) { Kind::Here(Here::new(env, handle)) } else { Kind::Threads(Threads::new(env, handle)) };
        Ok(Self { place: caller.place.clone(), kind })
    }

    pub(super) fn start(&mut self, flight: u64, task: Task<R>) {
        let task = Guarded::new(&self.place, task);
        match &mut self.kind {
            Kind::Threads(threads) => threads.start(flight, task),
            Kind::Here(here) => here.start(flight, task),
        }
    }

    /// Whether somebody may wait for a call on this worker.
    pub(super) fn can_wait(&self) -> bool {
        matches!(self.kind, Kind::Threads(_))
    }

    /// Waits until a call has come back, or a little while.
    pub(super) fn wait(&self) {
        if let Kind::Threads(threads) = &self.kind {
            threads.wait();
        }
    }

    /// Whether [`take_done`](Self::take_done) has something to do.
    pub(super) fn is_ready(&self) -> bool {
        match &self.kind {
            Kind::Threads(threads) => threads.is_ready(),
            Kind::Here(here) => here.is_ready(),
        }
    }

    /// What has come back.
    pub(super) fn take_done(&mut self) -> Vec<Done<R>> {
        let done = match &mut self.kind {
            Kind::Threads(threads) => threads.take_done(),
            Kind::Here(here) => here.run(),
        };
        self.place.count();
        done
    }
}
