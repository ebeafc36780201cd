//! Calls on the worker's own thread, in an order that follows from a seed.
//!
//! What a call waits for may be anything, such as a socket of tokio, so polling happens inside of its runtime. Such things
//! take the time that they take; all else happens in the same order again.

use super::executor::{Done, GuardedTask};
use crate::combine::random::mix;
use crate::kernel::{Env, Wake};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{self, Context, Poll, Waker};
use tokio::runtime::Handle;

/// After so many polls others have a turn: a call may wake itself without end.
const MOST_POLLS: usize = 1000;

/// The calls of one worker.
pub(super) struct Here<R> {
    runtime: Handle,
    tasks: BTreeMap<u64, Task<R>>,
    wake: Arc<dyn Wake>,
    worker: usize,
    dice: u64,
}

struct Task<R> {
    future: Pin<Box<GuardedTask<R>>>,
    flag: Arc<Flag>,
}

/// Whether a call is to be polled.
struct Flag {
    is_woken: AtomicBool,
    wake: Arc<dyn Wake>,
    worker: usize,
}

impl task::Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.wake.wake(self.worker);
    }
}

impl<R> Here<R> {
    pub(super) fn new(env: &Env, runtime: Handle) -> Self {
        let dice = mix(env.seed ^ env.worker as u64);
        Self { runtime, tasks: BTreeMap::new(), wake: env.wake.clone(), worker: env.worker, dice }
    }

    pub(super) fn start(&mut self, flight: u64, task: GuardedTask<R>) {
        let flag = Flag { is_woken: AtomicBool::new(true), wake: self.wake.clone(), worker: self.worker };
        self.tasks.insert(flight, Task { future: Box::pin(task), flag: Arc::new(flag) });
    }

    pub(super) fn is_ready(&self) -> bool {
        self.woken().next().is_some()
    }

    fn woken(&self) -> impl Iterator<Item = u64> {
        self.tasks.iter().filter(|(_, task)| task.flag.is_woken.load(Ordering::SeqCst)).map(|(flight, _)| *flight)
    }

    /// One of the calls that are to be polled.
    fn pick(&mut self) -> Option<u64> {
        let woken: Vec<u64> = self.woken().collect();
        self.dice = mix(self.dice);
        woken.get(self.dice as usize % woken.len().max(1)).copied()
    }

    /// Polls until every call waits for something.
    pub(super) fn run(&mut self) -> Vec<Done<R>> {
        let runtime = self.runtime.clone();
        let _inside = runtime.enter();
        let mut done = Vec::new();
        for _ in 0..MOST_POLLS {
            let Some(flight) = self.pick() else { break };
            if let Some(result) = self.poll(flight) {
                self.tasks.remove(&flight);
                done.push((flight, result));
            }
        }
        done
    }

    fn poll(&mut self, flight: u64) -> Option<crate::Result<R>> {
        let Task { future, flag } = self.tasks.get_mut(&flight)?;
        flag.is_woken.store(false, Ordering::SeqCst);
        let waker = Waker::from(flag.clone());
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }
}
