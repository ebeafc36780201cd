//! The part of one worker in reading: it has some pieces of work, and goes on with one of those that have something.

use super::board::{Board, Reported};
use super::together::Stride;
use super::{Inflow, Polled, SourceHead};
use crate::kernel::{Clock, Env, Mark, ReadingStatus, Shared};
use crate::source::{Pause, Waker};
use crate::{Next, Result, Timestamp};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A kind of work.
pub(crate) trait Job: 'static {
    /// A piece of work that a worker may take, such as a split.
    type Work: Send + 'static;
    /// A piece that a worker has, such as a reader.
    type Active: 'static;

    /// Whether all of it comes to an end by itself.
    fn is_bounded(&self) -> bool;

    /// Whether it is given up when the run drains.
    fn stops_when_drained(&self) -> bool {
        !self.is_bounded()
    }

    /// Begins a piece.
    fn open(&mut self, work: Self::Work) -> Result<Self::Active>;

    /// Goes on with a piece for a while, and passes on what comes of it.
    fn go_on(&mut self, active: &mut Self::Active, cx: &JobCx<'_, Self::Work>) -> Result<Next>;

    /// Gives away a part of a piece.
    fn share(&mut self, active: &mut Self::Active) -> Option<Self::Work>;

    /// Another piece that has come into being.
    fn discover(&mut self, active: &mut Self::Active) -> Option<Self::Work> {
        let _ = active;
        None
    }

    /// How far a piece has come.
    fn mark(&self, active: &Self::Active) -> Mark;

    /// Which one it is, for error messages.
    fn place(&self, active: &Self::Active) -> String;

    /// How many bytes of the piece have been read.
    fn bytes_read(&self, active: &Self::Active) -> u64;
}

/// What is around a piece of work that goes on.
pub(crate) struct JobCx<'a, W> {
    pub(crate) board: &'a Board<W>,
    pub(crate) now: Timestamp,
    pub(crate) waker: Waker,
    /// Whether other pieces wait for this one to pause.
    pub(crate) others_wait: bool,
}

/// The part of one worker.
pub(crate) struct Head<J: Job> {
    job: J,
    board: Arc<Board<J::Work>>,
    worker: usize,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    wake: Arc<dyn super::Wake>,
    pieces: Vec<Piece<J::Active>>,
    /// The piece that goes on next, if it can.
    turn: usize,
    is_hungry: bool,
    has_gone_on: bool,
    has_halted: bool,
    inflow: Option<Rc<dyn Inflow>>,
    /// Keeps it near others. Where time is set by hand it stands still while others catch up, and would end no waiting.
    stride: Option<Stride>,
    /// What it last said how far it has come.
    told: Cell<Mark>,
}

struct Piece<A> {
    active: A,
    pause: Pause,
    bytes_read: u64,
}

impl<J: Job> Head<J> {
    pub(crate) fn new(job: J, board: Arc<Board<J::Work>>, env: &Env) -> Self {
        let has_stride = !job.is_bounded() && env.clock.as_manual().is_none();
        Self {
            job,
            board,
            worker: env.worker,
            clock: env.clock.clone(),
            shared: env.shared.clone(),
            wake: env.wake.clone(),
            pieces: Vec::new(),
            turn: 0,
            is_hungry: false,
            has_gone_on: false,
            has_halted: false,
            inflow: None,
            stride: has_stride.then(Stride::new),
            told: Cell::new(Mark::START),
        }
    }

    /// The piece to go on with: in turns, those that are ready. Takes another one when none is, and, of work without an
    /// end, as many as are this worker's share.
    fn next_piece(&mut self, now: Timestamp) -> Result<Option<usize>> {
        let takes_more =
            !self.job.is_bounded() && self.board.has_waiting() && self.pieces.len() < self.board.fair_share();
        if takes_more && self.take()? {
            return Ok(Some(self.pieces.len() - 1));
        }
        let count = self.pieces.len();
        let in_turn = (0..count).map(|i| (self.turn + i) % count);
        let ready = { in_turn }.find(|i| self.pieces[*i].pause.is_over(now));
        match ready {
            Some(piece) => Ok(Some(piece)),
            None => Ok(self.take()?.then(|| self.pieces.len() - 1)),
        }
    }

    /// Begins another piece, if there is one.
    fn take(&mut self) -> Result<bool> {
        let was_full = self.board.is_full();
        let Some(work) = self.board.take(self.worker) else { return Ok(false) };
        if was_full && !self.board.is_full() {
            self.wake.wake_all();
        }
        if std::mem::take(&mut self.is_hungry) {
            self.board.remove_hungry();
        }
        // If that fails, it has to do with none of the other pieces.
        self.turn = self.pieces.len();
        let active = self.job.open(work)?;
        let pause = Pause::new(Waker::new(self.wake.clone()));
        self.pieces.push(Piece { active, pause, bytes_read: 0 });
        Ok(true)
    }

    /// Tells others before a piece goes on for which nobody may have waited.
    fn stir(&self, index: usize) {
        if self.job.mark(&self.pieces[index].active).is_idle {
            self.board.stir(self.worker);
        }
        self.inflow.iter().for_each(|inflow| inflow.stir());
    }

    /// Goes on with a piece.
    fn go_on(&mut self, index: usize, now: Timestamp) -> Result<Polled> {
        let others_wait = self.pieces.len() > 1;
        (self.turn, self.has_gone_on) = (index, true);
        self.stir(index);
        let Self { job, board, pieces, .. } = self;
        let piece = &mut pieces[index];
        let next = job.go_on(&mut piece.active, &JobCx { board, now, waker: piece.pause.waker().clone(), others_wait });
        let read = job.bytes_read(&piece.active);
        board.bytes_read.fetch_add(read.saturating_sub(piece.bytes_read), Ordering::Relaxed);
        piece.bytes_read = read;
        let next = next?;
        while let Some(work) = job.discover(&mut piece.active) {
            board.add(Timestamp::MIN, work);
            self.wake.wake_all();
        }
        match next {
            Next::More if self.board.wants_work() => self.share(index),
            Next::More => {}
            Next::WakeAt(time) => return Ok(self.pause(index, time, now)),
            Next::Done => self.finish(index),
        }
        if !self.job.is_bounded() {
            self.turn = index + 1;
        }
        Ok(Polled::Worked)
    }

    fn share(&mut self, index: usize) {
        let from = self.job.mark(&self.pieces[index].active).time;
        if let Some(work) = self.job.share(&mut self.pieces[index].active) {
            self.board.add(from, work);
            self.wake.wake_all();
        }
    }

    fn pause(&mut self, index: usize, until: Timestamp, now: Timestamp) -> Polled {
        self.pieces[index].pause.begin(now, until);
        self.turn = index + 1;
        // Others may be ready.
        if self.pieces.iter_mut().any(|piece| piece.pause.is_over(now)) || self.board.has_waiting() {
            return Polled::Worked;
        }
        self.rest()
    }

    fn finish(&mut self, index: usize) {
        self.pieces.remove(index);
        if self.board.close(1) {
            self.wake.wake_all();
        }
    }

    /// There is nothing to go on with now.
    fn rest(&mut self) -> Polled {
        if self.is_at_end() {
            return Polled::Done;
        }
        if self.pieces.is_empty() && !self.is_hungry {
            self.is_hungry = true;
            self.board.add_hungry();
        }
        Polled::Idle(self.pieces.iter().filter_map(|piece| piece.pause.until()).min())
    }

    /// Says how far it has come to those who may be ahead.
    fn keep_together(&mut self) {
        let Some(stride) = &mut self.stride else { return };
        let reading = self.pieces.iter().filter(|piece| piece.pause.until().is_none());
        let marks = reading.map(|piece| self.job.mark(&piece.active)).filter(|mark| !mark.is_idle);
        let at = marks.map(|mark| mark.time).min();
        stride.come_to(at);
        if self.board.together.come_to(self.worker, at) {
            self.wake.wake_all();
        }
    }

    /// Until when it stands still for those who are behind.
    fn stands_until(&mut self, now: Timestamp) -> Option<Timestamp> {
        let Self { stride, board, worker, .. } = self;
        stride.as_mut()?.stands_until(now, |time| board.together.must_wait(*worker, time))
    }

    fn is_at_end(&self) -> bool {
        self.pieces.is_empty() && self.board.is_finished()
    }

    /// Gives up all work: nothing new is to be read.
    fn drain(&mut self) {
        let pieces = std::mem::take(&mut self.pieces).len();
        let was_last = self.board.close(pieces);
        if self.board.give_up_waiting() || was_last {
            self.wake.wake_all();
        }
    }
}

impl<J: Job> SourceHead for Head<J> {
    fn poll(&mut self) -> Result<Polled> {
        if self.shared.is_draining() && self.job.stops_when_drained() {
            self.drain();
        }
        if self.has_halted {
            return Ok(if self.is_at_end() { Polled::Done } else { Polled::Idle(None) });
        }
        let now = self.clock.now();
        if let Some(until) = self.stands_until(now) {
            return Ok(Polled::Idle(Some(until)));
        }
        match self.next_piece(now)? {
            Some(index) => self.go_on(index, now),
            None => Ok(self.rest()),
        }
    }

    fn has_gone_on(&mut self) -> bool {
        let has_gone_on = std::mem::take(&mut self.has_gone_on);
        if has_gone_on {
            self.keep_together();
        }
        has_gone_on
    }

    fn place(&self) -> Option<String> {
        self.pieces.get(self.turn).map(|piece| self.job.place(&piece.active))
    }

    fn mark(&self) -> Mark {
        let parts = self.pieces.iter().map(|piece| self.job.mark(&piece.active).of_open());
        let part = (!self.pieces.is_empty()).then(|| Mark::START.advanced_by(parts));
        let wakes = || self.inflow.as_ref().and_then(|inflow| inflow.wakes());
        let Reported { mark, has_held } = self.board.report(self.worker, part, wakes);
        if has_held {
            self.wake.wake_all();
        }
        self.told.set(mark.unwrap_or(self.told.get()));
        self.told.get()
    }

    fn readings(&self) -> Vec<ReadingStatus> {
        let standing_until = self.stride.as_ref().and_then(Stride::standing_until);
        let status = |piece: &Piece<J::Active>| {
            let Mark { time: watermark, is_idle } = self.job.mark(&piece.active);
            let place = self.job.place(&piece.active);
            ReadingStatus { place, watermark, is_idle, pause_until: piece.pause.until().or(standing_until) }
        };
        self.pieces.iter().map(status).collect()
    }

    fn halt(&mut self) {
        self.has_halted = true;
    }

    fn unread(&self) -> usize {
        self.board.open()
    }

    fn attach(&mut self, inflow: Rc<dyn Inflow>) {
        self.inflow = Some(inflow);
    }

    fn set_input(&mut self, input: Mark, wakes: u64) {
        self.board.set_input(self.worker, input, wakes);
    }
}
