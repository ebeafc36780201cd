//! Calls on the threads of tokio.

use super::executor::{Done, GuardedTask};
use crate::kernel::{Env, Wake};
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How long a worker waits before it looks whether the run is to stop.
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// The calls of one worker. Dropped, it gives them up.
pub(super) struct Threads<R> {
    runtime: Handle,
    tasks: JoinSet<()>,
    arrivals: Arc<Arrivals<R>>,
}

/// What has come back, for the worker to look at.
struct Arrivals<R> {
    done: Mutex<Vec<Done<R>>>,
    signal: Condvar,
    wake: Arc<dyn Wake>,
    worker: usize,
}

impl<R: Send + 'static> Threads<R> {
    pub(super) fn new(env: &Env, runtime: Handle) -> Self {
        let (wake, worker) = (env.wake.clone(), env.worker);
        let arrivals = Arrivals { done: Mutex::default(), signal: Condvar::new(), wake, worker };
        Self { runtime, tasks: JoinSet::new(), arrivals: Arc::new(arrivals) }
    }

    pub(super) fn start(&mut self, flight: u64, task: GuardedTask<R>) {
        // Forgets tasks that have ended.
        while self.tasks.try_join_next().is_some() {}
        let arrivals = self.arrivals.clone();
        let call = async move { arrivals.add((flight, task.await)) };
        self.tasks.spawn_on(call, &self.runtime);
    }

    pub(super) fn wait(&self) {
        let mut done = self.arrivals.done.lock();
        if done.is_empty() {
            self.arrivals.signal.wait_for(&mut done, LONGEST_WAIT);
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.arrivals.done.lock().is_empty()
    }

    pub(super) fn take_done(&mut self) -> Vec<Done<R>> {
        std::mem::take(&mut self.arrivals.done.lock())
    }
}

impl<R> Arrivals<R> {
    fn add(&self, done: Done<R>) {
        self.done.lock().push(done);
        self.signal.notify_one();
        self.wake.wake(self.worker);
    }
}
