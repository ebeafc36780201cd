//! A worker: one thread, its own copy of every stage, and its own share of the keys.
//!
//! It always runs the latest stage that has something to do, so that what is under way is finished before more is
//! read. Sources come last: first those that side inputs are made of, and last those without an end, in turns.

use crate::build::{Job, OutputFlow};
use crate::exchange::Helper;
use crate::plan::StageId;
use crate::stage::{BUNDLE, Did, READ, StageRun};
use crate::status::{FlowReport, WorkerReport};
use crate::wake::Wakers;
use beamline_sdk::kernel::{Clock, ManualClock, NO_STEP, Shared, StepId, enter, panic_error};
use beamline_sdk::metrics::{self, WorkerMetrics};
use beamline_sdk::{Result, Timestamp};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// All stages of one worker.
pub(crate) struct Worker {
    pub(crate) index: usize,
    pub(crate) stages: Vec<RefCell<StageRun>>,
    /// Stages that read, in the order in which they should.
    pub(crate) sources: Vec<StageId>,
    /// How many of `sources`, the first ones, are read for side inputs.
    pub(crate) view_sources: usize,
    /// How many of `sources`, the first ones, have an end.
    pub(crate) bounded_sources: usize,
    /// The stages that go on reading when the run halts: those that side inputs with an end are made of, which others wait
    /// for, and those that read what their elements name, to its end.
    pub(crate) reads_on: Vec<bool>,
    /// Whether the run halts, and the stages have been told.
    pub(crate) has_halted: Cell<bool>,
    /// How often something has been read.
    pub(crate) reads: Cell<usize>,
    /// Stages that read side inputs while these change.
    pub(crate) view_readers: Vec<StageId>,
    /// Stages with steps that may be full: whoever waits for these lets them go on.
    pub(crate) limited: Vec<StageId>,
    /// Stages with steps that may wait for something from outside of the pipeline.
    pub(crate) outside: Vec<StageId>,
    /// Stages that read a script, which goes on when all workers are at rest; the next one to go on is the first.
    pub(crate) scripts: RefCell<Vec<StageId>>,
    /// The stage that is on top of the stack.
    pub(crate) top: Cell<Option<StageId>>,
    /// The side inputs that each stage stalls on.
    pub(crate) stalls: Vec<Vec<StepId>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wakers: Arc<Wakers>,
    pub(crate) metrics: RefCell<WorkerMetrics>,
    pub(crate) flows: Vec<OutputFlow>,
    pub(crate) job: Arc<Job>,
    /// The last question how it goes that has been answered.
    pub(crate) answered: Cell<u64>,
}

impl Worker {
    /// Runs until everything is done, and tears down in any case.
    pub(crate) fn run(&self) -> Result<()> {
        let result = guarded(|| self.set_up().and_then(|()| self.work()));
        self.tear_down();
        result.and(self.let_go())
    }

    pub(crate) fn tear_down(&self) {
        metrics::discard();
        self.metrics.borrow_mut().commit();
        self.stages.iter().filter_map(|stage| stage.try_borrow().ok()).for_each(|stage| stage.tear_down());
        enter(NO_STEP);
    }

    /// Lets go of what the stages are made of, user code included.
    pub(crate) fn let_go(&self) -> Result<()> {
        self.stages.iter().map(|stage| stage.borrow_mut().let_go()).fold(Ok(()), Result::and)
    }

    pub(crate) fn set_up(&self) -> Result<()> {
        self.stages.iter().try_for_each(|stage| stage.borrow_mut().set_up())
    }

    fn work(&self) -> Result<()> {
        while !self.is_done() && !self.shared.is_at_rest() {
            self.shared.check()?;
            let seen = self.wakers.calls(self.index);
            self.answer()?;
            match self.turn()? {
                Did::Work => {}
                Did::Nothing => self.rest(seen, Timestamp::MAX),
                Did::Wait(until) => self.rest(seen, until),
            }
        }
        self.end()
    }

    /// Has nothing left to do.
    pub(crate) fn end(&self) -> Result<()> {
        self.end_early()?;
        self.metrics.borrow_mut().commit();
        self.wakers.leave(self.index);
        self.job.desk.answer(self.index, u64::MAX, self.report()?);
        Ok(())
    }

    /// Ends what has not come to its end, if the run has halted. What the run would need to go on later (the state of all
    /// steps, their timers and watermarks, and the rest of what sources read) is at rest here, on all workers, and sinks
    /// have yet to prepare what they were given: this is where it would be saved.
    fn end_early(&self) -> Result<()> {
        let stages = self.stages.iter().filter(|stage| !stage.borrow().is_done());
        { stages }.try_for_each(|stage| stage.borrow_mut().end_early())
    }

    /// Tells the stages, once, if the run halts.
    fn notice_halt(&self) -> Result<()> {
        if !self.shared.is_halting() || self.has_halted.replace(true) {
            return Ok(());
        }
        let stages = self.stages.iter().zip(&self.reads_on).enumerate();
        { stages }.try_for_each(|(id, (stage, reads_on))| {
            let mut stage = stage.borrow_mut();
            self.on_top(id, || stage.halt(&self.shared, *reads_on))
        })?;
        self.metrics.borrow_mut().commit();
        self.wakers.note_halt(self.index);
        Ok(())
    }

    /// Answers when somebody has asked how it goes.
    pub(crate) fn answer(&self) -> Result<()> {
        if let Some(question) = self.job.desk.question(self.answered.get()) {
            self.job.desk.answer(self.index, question, self.report()?);
            self.answered.set(question);
        }
        Ok(())
    }

    /// How it goes. A stage that is at work tells nothing.
    pub(crate) fn report(&self) -> Result<WorkerReport> {
        let stage = |stage: &RefCell<StageRun>| {
            let report = stage.try_borrow().ok().map(|stage| stage.report());
            report.transpose().map(Option::unwrap_or_default)
        };
        let kept = |stage: &RefCell<StageRun>| stage.try_borrow().map(|stage| stage.kept()).unwrap_or_default();
        Ok(WorkerReport {
            kept: if self.shared.is_at_rest() { self.stages.iter().flat_map(kept).collect() } else { Vec::new() },
            is_busy: false,
            has_ended: self.is_done(),
            stages: self.stages.iter().map(stage).collect::<Result<_>>()?,
            flows: self.flows.iter().map(FlowReport::of).collect(),
            metrics: self.metrics.borrow().clone(),
        })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.stages.iter().all(|stage| stage.borrow().is_done())
    }

    /// Does the first thing that there is to do.
    fn turn(&self) -> Result<Did> {
        self.notice_halt()?;
        // Other work goes on, whatever rings again and again.
        let has_rung = self.ring()?;
        let has_worked = self.look_at_views()? || self.resume()? || self.run_latest(|_| true)?;
        let did = if has_worked { Did::Work } else { self.read(self.sources_in_turn())? };
        let did = if has_rung { Did::Work } else { did };
        if did == Did::Work {
            self.metrics.borrow_mut().commit();
        }
        Ok(did)
    }

    /// Does something that there is to do: of the stages in the order in which `next` names them, the first that has
    /// something, and at most as much as `next` says.
    pub(crate) fn turn_by(&self, order: &[StageId], most: usize) -> Result<Did> {
        self.notice_halt()?;
        let mut all = if self.ring()? { Did::Work } else { Did::Nothing };
        for id in order {
            if all == Did::Work {
                break;
            }
            match self.run_stage(*id, most)? {
                Did::Wait(time) => all = earlier(all, time),
                Did::Work => all = Did::Work,
                Did::Nothing => {}
            }
        }
        self.metrics.borrow_mut().commit();
        Ok(all)
    }

    fn run_stage(&self, id: StageId, most: usize) -> Result<Did> {
        let mut stage = self.stages[id].borrow_mut();
        if !stage.can_run(&self.shared) {
            return Ok(Did::Nothing);
        }
        self.on_top(id, || {
            let has_worked = stage.look_at_views(&self.shared)?
                || stage.resume()?
                || (stage.has_ports() && stage.run_ports(most)? == Did::Work);
            match has_worked {
                true => Ok(Did::Work),
                false if stage.is_source() => stage.run_sources(&self.shared, most),
                false => Ok(Did::Nothing),
            }
        })
    }

    /// Sleeps until there may be something to do, by the clock at a known time. If everybody does, a script goes on
    /// instead, or the clock jumps.
    fn rest(&self, seen: u64, until: Timestamp) {
        let until = self.alarm().map_or(until, |alarm| alarm.min(until));
        let may_move = self.has_halted.get() || !self.scripts.borrow().is_empty() || jumps(&*self.clock);
        if self.is_awaiting() || !may_move {
            return self.wakers.sleep(self.index, seen, self.until(until));
        }
        self.wakers.begin_rest(self.index, seen, until);
        if self.index != self.wakers.first()
            || !self.wakers.are_all_at_rest()
            || !self.move_on(self.wakers.first_alarm())
        {
            self.wakers.sleep(self.index, seen, self.until(until));
        }
        self.wakers.end_rest(self.index);
    }

    /// Does what is done when all workers are at rest, before the clock wakes the first of them: the run comes to its end if
    /// it halts, or else a script goes on, or the clock jumps. Says whether anything was to be done.
    pub(crate) fn move_on(&self, alarm: Timestamp) -> bool {
        if alarm == Timestamp::MAX && self.wakers.have_all_halted() {
            self.shared.come_to_rest();
            self.wakers.wake_all_workers();
            return true;
        }
        self.go_on() || self.jump(alarm)
    }

    /// Moves the clock to when something is to happen, if it is one that does so, or if it was moved by scripts that have
    /// come to their end; says whether something will happen.
    pub(crate) fn jump(&self, alarm: Timestamp) -> bool {
        let may_jump = |clock: &&ManualClock| clock.is_jumping() || !self.scripts.borrow().is_empty();
        let Some(clock) = self.clock.as_manual().filter(may_jump) else { return false };
        if alarm == Timestamp::MAX {
            return false;
        }
        clock.advance_to(alarm);
        self.wakers.wake_all_workers();
        true
    }

    /// Whether no worker has yet to hear that the run halts, which somebody may have said from another thread just now.
    pub(crate) fn have_all_heard(&self) -> bool {
        !self.shared.is_halting() || self.wakers.have_all_halted()
    }

    /// Lets the next script go on that can: in turns, if there are several.
    pub(crate) fn go_on(&self) -> bool {
        let mut scripts = self.scripts.borrow_mut();
        let next = scripts.iter().position(|stage| self.stages[*stage].borrow().go_on());
        next.is_some_and(|next| {
            scripts.rotate_left(next + 1);
            true
        })
    }

    /// The alarm that is due first.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.stages.iter().filter_map(|stage| self.alarm_of(&stage.borrow())).min()
    }

    fn alarm_of(&self, stage: &StageRun) -> Option<Timestamp> {
        if self.has_halted.get() { stage.working_alarm() } else { stage.alarm() }
    }

    /// How long it is until a processing time.
    pub(crate) fn until(&self, time: Timestamp) -> Duration {
        Duration::from_millis((time.millis() - self.clock.now().millis()).max(0) as u64)
    }

    /// Calls the stages whose time has come on the clock; says whether there were any.
    fn ring(&self) -> Result<bool> {
        if self.alarm().is_none() {
            return Ok(false);
        }
        let now = self.clock.now();
        let mut has_rung = false;
        for (id, stage) in self.stages.iter().enumerate() {
            let mut stage = stage.borrow_mut();
            if self.alarm_of(&stage).is_some_and(|alarm| alarm <= now) {
                has_rung = true;
                self.on_top(id, || stage.ring(now, self.has_halted.get()))?;
            }
        }
        Ok(has_rung)
    }

    /// Tells stages of changes in the side inputs that they read; says whether there were any.
    fn look_at_views(&self) -> Result<bool> {
        let mut has_changed = false;
        for id in &self.view_readers {
            let mut stage = self.stages[*id].borrow_mut();
            has_changed |= self.on_top(*id, || stage.look_at_views(&self.shared))?;
        }
        Ok(has_changed)
    }

    /// Lets stages go on for which something has come from outside; says whether there were any.
    fn resume(&self) -> Result<bool> {
        let mut has_come = false;
        for id in &self.outside {
            let mut stage = self.stages[*id].borrow_mut();
            has_come |= self.on_top(*id, || stage.resume())?;
        }
        Ok(has_come)
    }

    /// Whether something will come from outside without anybody's doing: nobody is at rest then.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.outside.iter().any(|id| self.stages[*id].borrow().is_awaiting())
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
            if !may_run(id) || !stage.has_ports() || !stage.can_run(&self.shared) {
                continue;
            }
            let changes = self.shared.view_changes();
            if self.on_top(id, || stage.run_ports(BUNDLE))? == Did::Work {
                self.tell_others(&stage, changes);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`run_latest`](Self::run_latest). If there is nothing of that kind, lets stages go on that may be full, by the
    /// clock or by reading what they are full of.
    fn go_on_with(&self, may_run: impl Fn(StageId) -> bool) -> Result<bool> {
        if self.run_latest(&may_run)? {
            return Ok(true);
        }
        let limited = || self.limited.iter().copied().filter(|stage| may_run(*stage));
        let reads_what_comes = |id: &StageId| self.stages[*id].try_borrow().is_ok_and(|stage| stage.has_ports());
        Ok(self.ring_any(limited())? || self.read(limited().filter(reads_what_comes))? == Did::Work)
    }

    /// Calls the first of these stages that the clock is to call and that is not on the stack; says whether there was one.
    fn ring_any(&self, mut stages: impl Iterator<Item = StageId>) -> Result<bool> {
        let now = self.clock.now();
        let is_due = |stage: &StageRun| self.alarm_of(stage).is_some_and(|alarm| alarm <= now);
        let due =
            stages.find_map(|id| Some((id, self.stages[id].try_borrow_mut().ok().filter(|stage| is_due(stage))?)));
        let Some((id, mut stage)) = due else { return Ok(false) };
        self.on_top(id, || stage.ring(now, self.has_halted.get()))?;
        Ok(true)
    }

    /// The sources in the order in which they should be read now: those without an end take turns, as the first one may
    /// always have something.
    fn sources_in_turn(&self) -> impl Iterator<Item = StageId> {
        let (bounded, endless) = self.sources.split_at(self.bounded_sources);
        let (later, sooner) = endless.split_at(self.reads.get() % endless.len().max(1));
        bounded.iter().chain(sooner).chain(later).copied()
    }

    /// Runs a bundle of the first of these stages that has something to read.
    fn read(&self, sources: impl Iterator<Item = StageId>) -> Result<Did> {
        let mut wait = Did::Nothing;
        for source in sources {
            let Ok(mut stage) = self.stages[source].try_borrow_mut() else { continue };
            if !stage.can_run(&self.shared) {
                continue;
            }
            let changes = self.shared.view_changes();
            match self.on_top(source, || stage.run_sources(&self.shared, READ.max(self.job.workers)))? {
                Did::Work => {
                    self.reads.set(self.reads.get().wrapping_add(1));
                    self.tell_others(&stage, changes);
                    return Ok(Did::Work);
                }
                Did::Wait(time) => wait = earlier(wait, time),
                Did::Nothing => {}
            }
        }
        Ok(wait)
    }

    /// The end of a stage may complete a side input that others wait for. Others may also wait for what has changed since
    /// there were so many `changes`.
    fn tell_others(&self, stage: &StageRun, changes: u64) {
        if stage.is_done() || self.shared.view_changes() != changes {
            self.wakers.wake_all_workers();
        }
    }
}

/// Whether a clock moves by itself when nothing else does.
fn jumps(clock: &dyn Clock) -> bool {
    clock.as_manual().is_some_and(ManualClock::is_jumping)
}

pub(crate) fn earlier(wait: Did, time: Timestamp) -> Did {
    match wait {
        Did::Wait(other) => Did::Wait(other.min(time)),
        _ => Did::Wait(time),
    }
}

impl Helper for Worker {
    fn help(&self, waiting_for: StageId) -> Result<bool> {
        if !self.may_stall(waiting_for) {
            let top = self.top.get();
            return self.go_on_with(|stage| Some(stage) > top && !self.may_stall(stage));
        }
        if self.go_on_with(|stage| !self.may_stall(stage))? {
            return Ok(true);
        }
        let sources = self.sources[..self.view_sources].iter().copied();
        Ok(self.read(sources.filter(|source| !self.may_stall(*source)))? == Did::Work)
    }
}

/// What a worker does. A panic of the engine, or of user code that the engine does not guard, is an error like any other.
pub(crate) fn guarded(work: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panic_error(payload)))
}
