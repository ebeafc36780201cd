//! A worker: one thread, its own copy of every stage, and its own share of the keys.
//!
//! It always runs the latest stage that has something to do, so that what is under way is finished before more is
//! read. Sources come last, those that side inputs are made of before others.

use crate::exchange::{Helper, Queue};
use crate::plan::StageId;
use crate::wake::Wakers;
use beamline_sdk::kernel::{Inbox, NO_STEP, Operator, Packet, Polled, Shared, SourceHead, StepId, enter, panic_error};
use beamline_sdk::metrics::{self, WorkerMetrics};
use beamline_sdk::{Error, ErrorKind, Result, Step, Timestamp};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Packets or polls that make a bundle.
const BUNDLE: usize = 64;

/// A stage on one worker.
pub(crate) struct StageRun {
    pub(crate) heads: Vec<Head>,
    /// Its steps in topological order.
    pub(crate) steps: Vec<StepRun>,
    pub(crate) gates: Vec<StepId>,
    pub(crate) is_open: bool,
    pub(crate) is_done: bool,
}

/// A step on one worker.
pub(crate) struct StepRun {
    pub(crate) id: StepId,
    pub(crate) step: Arc<Step>,
    pub(crate) control: Rc<RefCell<dyn Operator>>,
    pub(crate) is_set_up: bool,
}

impl StepRun {
    fn call(&self, f: impl FnOnce(&mut dyn Operator) -> Result<()>) -> Result<()> {
        in_step(self.id, || f(&mut *self.control.borrow_mut())).map_err(|error| error.in_step(&self.step))
    }
}

/// Where a stage gets its elements from.
pub(crate) enum Head {
    Source { step: StepId, head: Rc<RefCell<dyn SourceHead>>, is_done: bool },
    Port { step: StepId, inbox: Rc<RefCell<dyn Inbox>>, queue: Port, is_done: bool },
}

/// A worker's end of an exchange.
pub(crate) struct Port {
    pub(crate) exchange: Arc<Vec<Queue>>,
    pub(crate) worker: usize,
    pub(crate) senders: usize,
    pub(crate) limit: usize,
    pub(crate) wakers: Arc<Wakers>,
}

impl Port {
    fn queue(&self) -> &Queue {
        &self.exchange[self.worker]
    }

    fn pop(&self) -> Option<Packet> {
        let (packet, before) = self.queue().pop()?;
        if before > self.limit && before - packet.bytes <= self.limit {
            self.wakers.wake_all_workers();
        }
        Some(packet)
    }
}

/// What a stage has done when asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Did {
    Work,
    Nothing,
    /// Nothing, and there will be something at this time.
    Wait(Instant),
}

impl StageRun {
    fn can_run(&mut self, shared: &Shared) -> bool {
        self.gates.retain(|view| !shared.has_view(*view));
        self.gates.is_empty() && !self.is_done
    }

    /// Runs a bundle of packets.
    fn run_ports(&mut self) -> Result<Did> {
        let mut left = BUNDLE;
        for i in 0..self.heads.len() {
            while left > 0 {
                let Head::Port { step, inbox, queue, .. } = &self.heads[i] else { break };
                let Some(packet) = queue.pop() else { break };
                let (step, inbox) = (*step, inbox.clone());
                self.begin()?;
                in_step(step, || inbox.borrow_mut().deliver(packet)).map_err(|error| self.blame(step, error))?;
                left -= 1;
            }
        }
        if left < BUNDLE {
            self.finish()?;
            return Ok(Did::Work);
        }
        self.close_if_done()
    }

    fn blame(&self, id: StepId, error: Error) -> Error {
        match self.steps.iter().find(|run| run.id == id) {
            Some(run) => error.in_step(&run.step),
            None => error,
        }
    }

    /// Runs a bundle of reads.
    fn run_sources(&mut self, shared: &Shared) -> Result<Did> {
        let mut did = Did::Nothing;
        for i in 0..self.heads.len() {
            let Head::Source { step, head, is_done: false } = &self.heads[i] else { continue };
            let (step, head) = (*step, head.clone());
            self.begin()?;
            match poll_bundle(step, &head, shared)? {
                Polled::Worked => did = Did::Work,
                Polled::Done => self.heads[i].close(),
                Polled::Idle(Some(time)) if did == Did::Nothing => did = Did::Wait(time),
                Polled::Idle(_) => {}
            }
        }
        self.finish()?;
        if did == Did::Nothing { self.close_if_done() } else { Ok(did) }
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        self.steps.iter().try_for_each(|step| step.call(|control| control.start_bundle()))
    }

    fn finish(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.is_open, false) {
            return Ok(());
        }
        self.steps.iter().try_for_each(|step| step.call(|control| control.finish_bundle()))
    }

    /// Ends the stage when nothing more can come.
    fn close_if_done(&mut self) -> Result<Did> {
        self.heads.iter_mut().for_each(Head::close_if_drained);
        if self.heads.iter().any(|head| !head.is_done()) {
            return Ok(Did::Nothing);
        }
        self.begin()?;
        for step in &self.steps {
            step.call(|control| control.watermark(Timestamp::MAX))?;
            step.call(|control| control.finish_bundle())?;
        }
        self.is_open = false;
        self.is_done = true;
        Ok(Did::Work)
    }

    fn is_source(&self) -> bool {
        self.heads.iter().any(|head| matches!(head, Head::Source { .. }))
    }

    fn set_up(&mut self) -> Result<()> {
        for step in &mut self.steps {
            step.is_set_up = true;
            step.call(|control| control.setup())?;
        }
        Ok(())
    }

    fn tear_down(&self) {
        for step in self.steps.iter().filter(|step| step.is_set_up) {
            let before = enter(step.id);
            // After a panic in the engine a step may still be borrowed: it is lost then.
            if let Ok(mut control) = step.control.try_borrow_mut() {
                control.teardown();
            }
            enter(before);
        }
    }
}

/// Reads a bundle. What has been read when the source runs dry is work.
fn poll_bundle(step: StepId, head: &Rc<RefCell<dyn SourceHead>>, shared: &Shared) -> Result<Polled> {
    let mut last = Polled::Idle(None);
    for _ in 0..BUNDLE {
        shared.check()?;
        let polled = in_step(step, || head.borrow_mut().poll());
        let polled = polled.map_err(|error| match head.borrow().place() {
            // Where the input came from helps whoever looks for an element, not whoever has a full disk.
            Some(place) if error.kind() == ErrorKind::User => error.at(format!("input from {place}")),
            _ => error,
        })?;
        if polled != Polled::Worked {
            return Ok(if last == Polled::Worked { last } else { polled });
        }
        last = polled;
    }
    Ok(last)
}

/// Calls a step. A panic that it did not catch itself, such as in the hash of a key, is an error like any other.
fn in_step<R>(step: StepId, f: impl FnOnce() -> Result<R>) -> Result<R> {
    let before = enter(step);
    let result = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(panic_error(payload)));
    enter(before);
    result
}

impl Head {
    fn is_done(&self) -> bool {
        let (Self::Source { is_done, .. } | Self::Port { is_done, .. }) = self;
        *is_done
    }

    fn close(&mut self) {
        let (Self::Source { is_done, .. } | Self::Port { is_done, .. }) = self;
        *is_done = true;
    }

    fn close_if_drained(&mut self) {
        if let Self::Port { queue, is_done, .. } = self {
            *is_done |= queue.queue().is_done(queue.senders);
        }
    }
}

/// All stages of one worker.
pub(crate) struct Worker {
    pub(crate) index: usize,
    pub(crate) stages: Vec<RefCell<StageRun>>,
    /// Stages that read, in the order in which they should.
    pub(crate) sources: Vec<StageId>,
    /// How many of `sources`, the first ones, are read for side inputs.
    pub(crate) view_sources: usize,
    /// The stage that is on top of the stack.
    pub(crate) top: Cell<Option<StageId>>,
    /// The side inputs that each stage stalls on.
    pub(crate) stalls: Vec<Vec<StepId>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) wakers: Arc<Wakers>,
    pub(crate) metrics: RefCell<WorkerMetrics>,
    pub(crate) emitted: Vec<(StepId, Rc<Cell<u64>>)>,
}

impl Worker {
    /// Runs until everything is done, and tears down in any case.
    pub(crate) fn run(&self) -> Result<()> {
        let result = self.set_up().and_then(|()| self.work());
        metrics::discard();
        self.stages.iter().filter_map(|stage| stage.try_borrow().ok()).for_each(|stage| stage.tear_down());
        enter(NO_STEP);
        result
    }

    fn set_up(&self) -> Result<()> {
        self.stages.iter().try_for_each(|stage| stage.borrow_mut().set_up())
    }

    fn work(&self) -> Result<()> {
        while !self.is_done() {
            self.shared.check()?;
            let seen = self.wakers.calls(self.index);
            if self.run_latest(|_| true)? {
                self.metrics.borrow_mut().commit();
                continue;
            }
            match self.read(self.sources.iter().copied())? {
                Did::Work => self.metrics.borrow_mut().commit(),
                Did::Nothing => self.wakers.sleep(self.index, seen, Duration::MAX),
                Did::Wait(until) => {
                    self.wakers.sleep(self.index, seen, until.saturating_duration_since(Instant::now()));
                }
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.stages.iter().all(|stage| stage.borrow().is_done)
    }

    /// Runs a stage above those that are on the stack.
    fn on_top<R>(&self, stage: StageId, run: impl FnOnce() -> R) -> R {
        let below = self.top.replace(Some(stage));
        let result = run();
        self.top.set(below);
        result
    }

    /// Whether a stage waits, or may come to wait, for a side input that is not complete.
    fn may_stall(&self, stage: StageId) -> bool {
        self.stalls[stage].iter().any(|view| !self.shared.has_view(*view))
    }

    /// Runs a bundle of the latest stage that has packets, is not on the stack, and may be run.
    fn run_latest(&self, may_run: impl Fn(StageId) -> bool) -> Result<bool> {
        for (id, stage) in self.stages.iter().enumerate().rev() {
            let Ok(mut stage) = stage.try_borrow_mut() else { continue };
            if !may_run(id) || stage.is_source() || !stage.can_run(&self.shared) {
                continue;
            }
            if self.on_top(id, || stage.run_ports())? == Did::Work {
                self.tell_if_done(&stage);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs a bundle of the first of these stages that has something to read.
    fn read(&self, sources: impl Iterator<Item = StageId>) -> Result<Did> {
        let mut wait = Did::Nothing;
        for source in sources {
            let Ok(mut stage) = self.stages[source].try_borrow_mut() else { continue };
            if !stage.can_run(&self.shared) {
                continue;
            }
            match self.on_top(source, || stage.run_sources(&self.shared))? {
                Did::Work => {
                    self.tell_if_done(&stage);
                    return Ok(Did::Work);
                }
                Did::Wait(time) => wait = earlier(wait, time),
                Did::Nothing => {}
            }
        }
        Ok(wait)
    }

    /// The end of a stage may complete a side input that others wait for.
    fn tell_if_done(&self, stage: &StageRun) {
        if stage.is_done {
            self.wakers.wake_all_workers();
        }
    }
}

fn earlier(wait: Did, time: Instant) -> Did {
    match wait {
        Did::Wait(other) => Did::Wait(other.min(time)),
        _ => Did::Wait(time),
    }
}

impl Helper for Worker {
    fn help(&self, waiting_for: StageId) -> Result<bool> {
        if !self.may_stall(waiting_for) {
            let top = self.top.get();
            return self.run_latest(|stage| Some(stage) > top && !self.may_stall(stage));
        }
        if self.run_latest(|stage| !self.may_stall(stage))? {
            return Ok(true);
        }
        let sources = self.sources[..self.view_sources].iter().copied();
        Ok(self.read(sources.filter(|source| !self.may_stall(*source)))? == Did::Work)
    }
}

/// The error of a worker that ended in a panic of the engine, or of user code that the engine did not guard.
pub(crate) fn lost_worker(payload: Box<dyn std::any::Any + Send>) -> Error {
    beamline_sdk::kernel::panic_error(payload)
}
