//! A stage on one worker: where its elements come from, and the steps that they go through.

use crate::status::{SourceReport, StageReport};
use beamline_sdk::kernel::{Clock, Inbox, Inflow, Kept, Mark, Polled, Shared, SourceHead, StepId, enter};
use beamline_sdk::{Error, ErrorKind, Result, Step, Timestamp};
use port::Popped;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

mod cut;
mod port;
mod reads;
mod standing;
mod step;

use cut::Cut;
pub(crate) use port::Port;
pub(crate) use reads::Reads;
pub(crate) use standing::Standing;
use step::in_step;
pub(crate) use step::{StepRun, blamed};

/// Packets that make a bundle, unless there are fewer.
pub(crate) const BUNDLE: usize = 64;

/// Batches read that make a bundle, unless there are fewer. Readers of a run are apart by bundles in event time, and what waits
/// for time, such as a row of a join for its partners, waits so much longer. With more workers than this, packets would be short:
/// then as many batches are read as there are workers.
pub(crate) const READ: usize = 16;

/// A bundle ends after this time, as what its steps hold back for the sake of speed waits for its end. It is long beside
/// what the end of a bundle costs.
const LONGEST_BUNDLE: Duration = Duration::from_millis(10);

/// A stage on one worker.
pub(crate) struct StageRun {
    pub(crate) heads: Vec<Head>,
    /// Its steps in topological order.
    pub(crate) steps: Vec<StepRun>,
    reads: Rc<Reads>,
    /// What ends the bundles behind a step.
    cut: Rc<Cut>,
    pub(crate) gates: Vec<StepId>,
    /// The changes of side inputs that its steps have been told of, if they read any that change.
    views_seen: Option<u64>,
    /// Its steps that may wait for something from outside of the pipeline, by their places.
    outside: Vec<usize>,
    /// Its steps that may be full, by their places.
    limited: Vec<usize>,
    clock: Arc<dyn Clock>,
    /// How many rows that others have sent make a bundle: few in the beginning, and while its steps are slow, since their
    /// results leave when a bundle ends.
    room: usize,
    /// Whether a bundle has begun.
    is_open: bool,
    /// Whether the run ends before its time.
    is_halting: bool,
    standing: Rc<Standing>,
    /// How far its heads have come, as far as its steps know.
    mark: Mark,
    /// How often somebody before it had woken up when that was found out; unknown while somebody stirs there.
    wakes: Option<u64>,
    /// The processing time at which the first of its steps wants to be called.
    alarm: Option<Timestamp>,
    is_done: bool,
}

/// Where a stage gets its elements from.
pub(crate) enum Head {
    Source { step: StepId, blame: Arc<Step>, head: Rc<RefCell<dyn SourceHead>>, is_done: bool },
    Port { step: StepId, inbox: Rc<RefCell<dyn Inbox>>, port: Port },
}

impl Head {
    fn is_source(&self) -> bool {
        matches!(self, Self::Source { .. })
    }

    fn halt(&self) {
        if let Self::Source { head, is_done: false, .. } = self {
            head.borrow_mut().halt();
        }
    }

    fn set_input(&self, input: Mark, wakes: u64) {
        if let Self::Source { head, is_done: false, .. } = self {
            head.borrow_mut().set_input(input, wakes);
        }
    }

    fn mark(&self) -> Result<Mark> {
        match self {
            Self::Source { is_done: true, .. } => Ok(Mark::END),
            Self::Source { step, blame, head, .. } => blamed(*step, blame, || Ok(head.borrow().mark())),
            Self::Port { port, .. } => Ok(port.mark()),
        }
    }

    /// The greatest watermark that any of those who send to it has told.
    fn greatest(&self) -> Timestamp {
        match self {
            Self::Source { .. } => Timestamp::MIN,
            Self::Port { port, .. } => port.greatest(),
        }
    }

    /// Whether some of those who send to it have claimed to be idle.
    fn has_claims(&self) -> bool {
        matches!(self, Self::Port { port, .. } if port.has_claims())
    }

    /// Whether it can be said who is idle.
    fn is_calm(&self) -> bool {
        match self {
            Self::Source { .. } => true,
            Self::Port { port, .. } => port.is_calm(),
        }
    }

    /// Lets go of what it reads with.
    fn let_go(self) -> Result<()> {
        let Self::Source { step, blame, head, .. } = self else { return Ok(()) };
        blamed(step, &blame, || {
            drop(head);
            Ok(())
        })
    }

    fn attach(&self, inflow: &Rc<Standing>) {
        if let Self::Source { head, .. } = self {
            head.borrow_mut().attach(inflow.clone());
        }
    }
}

/// What a stage has done when asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Did {
    Work,
    Nothing,
    /// Nothing, and there will be something at this processing time.
    Wait(Timestamp),
}

impl StageRun {
    /// `reads_live_views` says whether its steps read side inputs that change.
    pub(crate) fn new(
        heads: Vec<Head>,
        steps: Vec<StepRun>,
        reads: Reads,
        gates: Vec<StepId>,
        reads_live_views: bool,
        standing: Rc<Standing>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        heads.iter().for_each(|head| head.attach(&standing));
        let views_seen = reads_live_views.then_some(0);
        let calls_outside = |step: &usize| steps[*step].control.borrow().calls_outside();
        let outside = (0..steps.len()).filter(calls_outside).collect();
        let can_be_full = |step: &usize| steps[*step].control.borrow().can_be_full();
        let limited = (0..steps.len()).filter(can_be_full).collect();
        let reads = Rc::new(reads);
        let cut = Rc::new(Cut::new(&steps, reads.clone(), clock.clone()));
        Self {
            heads,
            steps,
            reads,
            cut,
            gates,
            views_seen,
            outside,
            limited,
            clock,
            room: 1,
            is_open: false,
            is_halting: false,
            standing,
            mark: Mark::START,
            wakes: None,
            alarm: None,
            is_done: false,
        }
    }

    pub(crate) fn can_run(&mut self, shared: &Shared) -> bool {
        self.gates.retain(|view| !shared.has_view(*view));
        self.gates.is_empty() && !self.is_done
    }

    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The processing time at which it wants to be called.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.alarm
    }

    /// That of the steps whose alarms ring also when the run halts.
    pub(crate) fn working_alarm(&self) -> Option<Timestamp> {
        self.alarm.and_then(|_| self.steps.iter().filter_map(StepRun::working_alarm).min())
    }

    pub(crate) fn is_source(&self) -> bool {
        self.heads.iter().any(Head::is_source)
    }

    /// Whether it is run for what others send, and not only to read.
    pub(crate) fn has_ports(&self) -> bool {
        self.heads.is_empty() || self.heads.iter().any(|head| matches!(head, Head::Port { .. }))
    }

    /// How it goes.
    pub(crate) fn report(&self) -> Result<StageReport> {
        let mut report = StageReport {
            missing_views: self.gates.clone(),
            steps: self.steps.iter().map(StepRun::report).collect(),
            ..StageReport::default()
        };
        for head in &self.heads {
            if let Head::Source { step, blame, head: source, .. } = head {
                let readings = blamed(*step, blame, || Ok(source.borrow().readings()))?;
                let unread = source.borrow().unread();
                report.sources.push(SourceReport { step: *step, mark: head.mark()?, readings, unread });
            }
        }
        Ok(report)
    }

    /// What its steps keep, now that the run has come to rest before its time.
    pub(crate) fn kept(&self) -> Vec<(StepId, Kept)> {
        let kept = |step: &StepRun| Some((step.id, step.control.borrow().left_behind()?));
        self.steps.iter().filter(|step| !step.is_at_end()).filter_map(kept).collect()
    }

    /// How far the heads have come, which the steps may not know yet. Where others send what is to be read, that is how
    /// far reading has come. While it cannot be said who is idle, it goes no further.
    fn heads_mark(&mut self) -> Result<Mark> {
        let wakes = self.standing.wakes_before();
        self.wakes = self.heads.iter().all(Head::is_calm).then_some(wakes);
        if self.wakes.is_none() {
            return Ok(self.mark);
        }
        if !(self.is_source() && self.has_ports()) {
            return together(self.mark, self.heads.iter());
        }
        let (sources, ports): (Vec<&Head>, Vec<&Head>) = self.heads.iter().partition(|head| head.is_source());
        let input = together(Mark::START, ports.into_iter())?;
        sources.iter().for_each(|source| source.set_input(input, wakes));
        advanced(self.mark, sources.into_iter())
    }

    /// Whether one of its steps may be full, and then goes on by itself.
    pub(crate) fn can_be_full(&self) -> bool {
        !self.limited.is_empty()
    }

    /// Whether a step takes no more for now from those who send.
    pub(crate) fn is_full(&self) -> bool {
        self.limited.iter().any(|step| self.steps[*step].control.borrow().is_full())
    }

    /// Whether a step takes no more for now from what is read here. One that is full of what is to be read does.
    fn is_full_behind(&self, head: StepId) -> bool {
        let is_full = |step: &StepRun| step.id != head && step.control.borrow().is_full();
        self.limited.iter().any(|step| is_full(&self.steps[*step]))
    }

    /// Runs a bundle of at most so many packets. It ends where time goes on, so that what comes behind a watermark is
    /// seen behind it.
    pub(crate) fn run_ports(&mut self, most: usize) -> Result<Did> {
        // Where nothing flows in, such as into a flatten of nothing, there is the end alone.
        let (mut left, mut did) = (most, if self.heads.is_empty() { Did::Work } else { Did::Nothing });
        let (begin, mark, mut rows) = (self.clock.now(), self.mark, 0);
        'bundle: for i in 0..self.heads.len() {
            while left > 0 && rows < self.room && !self.is_full() {
                let Head::Port { step, inbox, port } = &mut self.heads[i] else { break };
                let Some(popped) = port.pop(self.room - rows) else { break };
                did = Did::Work;
                match popped {
                    Popped::Packet(packet) => {
                        let (step, inbox) = (*step, inbox.clone());
                        (left, rows) = (left - 1, rows + packet.rows());
                        self.begin()?;
                        in_step(step, || inbox.borrow_mut().deliver(packet)).map_err(|e| self.blame(step, e))?;
                    }
                    Popped::Mark if self.heads_mark()? != self.mark => break 'bundle,
                    Popped::Mark => {}
                }
                if self.clock.now() >= begin + LONGEST_BUNDLE {
                    break 'bundle;
                }
            }
        }
        if rows > 0 {
            self.finish_awake()?;
            self.learn(rows, begin, mark);
        } else if did == Did::Work || self.heads.iter().any(Head::has_claims) {
            self.finish()?;
        }
        Ok(if self.mark == mark { did } else { Did::Work })
    }

    /// Learns how many rows make a bundle from how long it took since it began, at a mark. Where time has gone on, what
    /// took so long may be what had been waiting for that.
    fn learn(&mut self, rows: usize, begin: Timestamp, mark: Mark) {
        let millis = self.clock.now().millis() - begin.millis();
        if millis < LONGEST_BUNDLE.as_millis() as i64 / 4 && rows >= self.room {
            self.room = self.room.saturating_mul(4);
        } else if millis > LONGEST_BUNDLE.as_millis() as i64 && self.mark == mark {
            self.room = (rows / 2).clamp(1, self.room);
        }
    }

    /// Tells from now on whether a bundle that begins now has become long.
    fn timer(&self) -> impl Fn() -> bool + use<> {
        let (clock, until) = (self.clock.clone(), self.clock.now() + LONGEST_BUNDLE);
        move || clock.now() >= until
    }

    fn blame(&self, id: StepId, error: Error) -> Error {
        match self.steps.iter().find(|run| run.id == id) {
            Some(run) => error.in_step(&run.step),
            None => error,
        }
    }

    /// Runs a bundle of at most so many reads.
    pub(crate) fn run_sources(&mut self, shared: &Shared, most: usize) -> Result<Did> {
        let (mut did, mut has_gone_on) = (Did::Nothing, false);
        for i in 0..self.heads.len() {
            let Head::Source { step, blame, head, is_done: false } = &self.heads[i] else { continue };
            let (step, blame, head) = (*step, blame.clone(), head.clone());
            if self.is_full_behind(step) {
                continue;
            }
            self.begin()?;
            let is_long = self.timer();
            let is_enough = || is_long() || self.is_full_behind(step);
            match blamed(step, &blame, || poll_bundle(step, &head, shared, most, is_enough))? {
                Polled::Worked => did = Did::Work,
                Polled::Done => self.close_source(i),
                Polled::Idle(Some(time)) if did == Did::Nothing => did = Did::Wait(time),
                Polled::Idle(_) => {}
            }
            has_gone_on |= blamed(step, &blame, || Ok(head.borrow_mut().has_gone_on()))?;
        }
        let before = self.mark;
        if has_gone_on { self.finish_awake() } else { self.finish() }?;
        Ok(if self.mark == before && !self.is_done { did } else { Did::Work })
    }

    fn close_source(&mut self, head: usize) {
        if let Head::Source { is_done, .. } = &mut self.heads[head] {
            *is_done = true;
        }
    }

    /// Calls the steps whose time has come on the clock: only those that are at work with what has come if the run halts.
    pub(crate) fn ring(&mut self, now: Timestamp, is_halting: bool) -> Result<()> {
        self.standing.stir();
        self.begin()?;
        let alarm = |step: &StepRun| if is_halting { step.working_alarm() } else { step.alarm };
        let is_due = |step: &StepRun| alarm(step).is_some_and(|alarm| alarm <= now);
        let due = self.steps.iter().enumerate().filter(|(_, step)| is_due(step));
        { due }.try_for_each(|(i, step)| self.cut.emit(i, || step.call(|control| control.clock(now))))?;
        self.finish_awake()
    }

    /// Tells the steps if side inputs have changed that they read; says whether there was anything to tell.
    pub(crate) fn look_at_views(&mut self, shared: &Shared) -> Result<bool> {
        let changes = shared.view_changes();
        if self.views_seen.is_none_or(|seen| seen == changes) || !self.can_run(shared) {
            return Ok(false);
        }
        self.views_seen = Some(changes);
        self.standing.stir();
        self.begin()?;
        self.steps.iter().try_for_each(|step| step.call(|control| control.views_changed()))?;
        self.finish_awake()?;
        Ok(true)
    }

    pub(crate) fn calls_outside(&self) -> bool {
        !self.outside.is_empty()
    }

    /// Whether something will come from outside without anybody's doing.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.outside.iter().any(|step| self.steps[*step].control.borrow().is_awaiting())
    }

    /// Lets the steps go on for which something has come from outside; says whether there were any.
    pub(crate) fn resume(&mut self) -> Result<bool> {
        if !self.outside.iter().any(|step| self.steps[*step].control.borrow().is_ready()) {
            return Ok(false);
        }
        self.standing.stir();
        self.begin()?;
        self.outside.iter().try_for_each(|step| self.steps[*step].call(|control| control.resume()))?;
        self.finish_awake()?;
        Ok(true)
    }

    /// Lets the script that the stage reads go on; says whether there is one that does.
    pub(crate) fn go_on(&self) -> bool {
        self.heads.iter().any(|head| match head {
            Head::Source { head, is_done: false, .. } => head.borrow_mut().at_rest(),
            _ => false,
        })
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        self.steps.iter().try_for_each(|step| step.call(|control| control.start_bundle()))
    }

    /// Ends the bundle, and tells the steps in their order how far their inputs have come.
    fn finish(&mut self) -> Result<()> {
        let mark = self.heads_mark()?;
        self.finish_at(mark)?;
        self.standing.settle(self.wakes);
        Ok(())
    }

    /// As [`finish`](Self::finish), after something has been done. Nobody has waited for idle steps: they work first, and
    /// are idle again after that, so that nothing of it stays with them.
    fn finish_awake(&mut self) -> Result<()> {
        if self.mark.is_idle {
            self.finish_at(Mark { is_idle: false, ..self.mark })?;
        }
        self.finish()
    }

    fn finish_at(&mut self, mark: Mark) -> Result<()> {
        if !self.is_open && mark == self.mark {
            return Ok(());
        }
        self.begin()?;
        self.mark = mark;
        for i in 0..self.steps.len() {
            let (mark, is_halting) = (self.input_of(i), self.is_halting);
            let step = &mut self.steps[i];
            if mark.time > step.input.time {
                self.cut.emit(i, || step.finish(mark, is_halting))
            } else {
                step.finish(mark, is_halting)
            }?;
        }
        self.is_open = false;
        self.alarm = self.steps.iter().filter_map(|step| step.alarm).min();
        self.is_done = mark == Mark::END && self.steps.iter().all(|step| step.output == Mark::END);
        Ok(())
    }

    fn input_of(&self, step: usize) -> Mark {
        match self.reads.of(step) {
            [] => self.mark,
            reads => self.steps[step].input.advanced_by(reads.iter().map(|read| self.steps[*read].output)),
        }
    }

    /// Nothing more is read, unless it `reads_on`. Its steps let go of what they hold back for the sake of speed, now and
    /// whenever more has come.
    pub(crate) fn halt(&mut self, shared: &Shared, reads_on: bool) -> Result<()> {
        self.is_halting = true;
        if !reads_on {
            self.heads.iter().for_each(Head::halt);
        }
        if !self.can_run(shared) {
            return Ok(());
        }
        self.begin()?;
        self.finish()
    }

    /// Ends before its time.
    pub(crate) fn end_early(&mut self) -> Result<()> {
        self.steps.iter().try_for_each(|step| step.call(|control| control.end_early()))
    }

    pub(crate) fn set_up(&mut self) -> Result<()> {
        for step in &mut self.steps {
            step.is_set_up = true;
            step.call(|control| control.setup())?;
        }
        Ok(())
    }

    pub(crate) fn tear_down(&self) {
        for step in self.steps.iter().filter(|step| step.is_set_up) {
            let before = enter(step.id);
            // After a panic in the engine a step may still be borrowed: it is lost then.
            if let Ok(mut control) = step.control.try_borrow_mut() {
                control.teardown();
            }
            enter(before);
        }
    }

    /// Lets go of its heads and steps: one by one, as two panics at once would end the process.
    pub(crate) fn let_go(&mut self) -> Result<()> {
        // It knows the steps, too.
        self.cut = Rc::new(Cut::new(&[], self.reads.clone(), self.clock.clone()));
        let heads = std::mem::take(&mut self.heads).into_iter().map(Head::let_go);
        let steps = std::mem::take(&mut self.steps).into_iter().map(StepRun::let_go);
        heads.chain(steps).fold(Ok(()), Result::and)
    }
}

/// How far heads have come together. When all are idle, that is as far as anybody has told: so all workers know the same
/// when they have heard the same, in whichever order, and none of them keeps back what others have gone past.
fn together<'h>(before: Mark, heads: impl Iterator<Item = &'h Head> + Clone) -> Result<Mark> {
    let mark = advanced(before, heads.clone())?;
    if !mark.is_idle {
        return Ok(mark);
    }
    Ok(Mark { time: heads.map(Head::greatest).fold(mark.time, Timestamp::max), ..mark })
}

/// As far as these heads have come, if all of them can say.
fn advanced<'h>(before: Mark, heads: impl Iterator<Item = &'h Head>) -> Result<Mark> {
    let mut asked = Ok(());
    let marks = heads.map_while(|head| head.mark().map_err(|error| asked = Err(error)).ok());
    let mark = before.advanced_by(marks);
    asked.map(|()| mark)
}

/// Reads a bundle. What has been read when the source runs dry is work.
fn poll_bundle(
    step: StepId,
    head: &Rc<RefCell<dyn SourceHead>>,
    shared: &Shared,
    most: usize,
    is_enough: impl Fn() -> bool,
) -> Result<Polled> {
    let mut last = Polled::Idle(None);
    for _ in 0..most {
        shared.check()?;
        let polled = in_step(step, || head.borrow_mut().poll());
        let polled = polled.map_err(|error| match head.borrow().place() {
            // Where the input came from helps whoever looks for an element, not whoever has a full disk.
            Some(place) if error.kind() == ErrorKind::User => error.at(format!("input from {place}")),
            _ => error,
        })?;
        if polled != Polled::Worked || shared.is_halting() || is_enough() {
            return Ok(if last == Polled::Worked { last } else { polled });
        }
        last = polled;
    }
    Ok(last)
}

#[cfg(test)]
mod tests;
