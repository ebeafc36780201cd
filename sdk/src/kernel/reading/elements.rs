//! Running a [`SplittableDoFn`]: the restrictions of its elements are the work.

use super::SourceHead;
use super::board::Board;
use super::head::{Head, Job, JobCx};
use crate::kernel::guard::{catch, render, user_error};
use crate::kernel::memory::size_of_value;
use crate::kernel::ops::Reshuffle;
use crate::kernel::{
    Batch, Emitter, Env, Inbox, Link, Mark, Meta, Op, Operator, Packet, Receiver, Shared, Shuffle, ShuffleMode, Stamp,
    StepId, Wiring,
};
use crate::source::WatermarkEstimator;
use crate::splittable::{Rest, RestrictionOf, RestrictionTracker, SplitCx};
use crate::{BoxError, Element, Next, ProcessContinuation, Result, SplitTarget, SplittableDoFn, Step, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The bytes of elements that may wait to be worked on, if the budget has so much. More wait in front of the stage, which
/// is where their senders feel it.
const MOST_WAITING: usize = 8 << 20;

/// Batches that a piece of work may emit before others have their turn.
const BATCHES: usize = 16;

/// Deals elements out to all workers, each of which puts their restrictions on the common board and works on what it
/// takes from there.
pub(crate) struct RunSplittable<In, D> {
    dofn: D,
    _elements: PhantomData<fn(In)>,
}

impl<In: Element, D: SplittableDoFn<In>> RunSplittable<In, D> {
    pub(crate) fn new(dofn: D) -> Self {
        Self { dofn, _elements: PhantomData }
    }

    fn board(wiring: &Wiring<'_>) -> Arc<Board<Work<In, D>>> {
        let (workers, limit) = (wiring.env.workers, wiring.env.working_memory().min(MOST_WAITING));
        wiring.env.shared.open_view(wiring.id, || Board::new(Vec::new(), workers, Mark::START).limited_to(limit))
    }
}

impl<In: Element, D: SplittableDoFn<In>> Shuffle for RunSplittable<In, D> {
    fn ends_with_inputs(&self) -> bool {
        self.dofn.is_bounded()
    }

    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        Reshuffle::<In>::new().sender(input, link, wiring, mode)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let finder = Rc::new(RefCell::new(Finder {
            dofn: self.dofn.clone(),
            step: wiring.step.clone(),
            board: Self::board(wiring),
            env: wiring.env.clone(),
        }));
        Receiver { inboxes: vec![finder.clone()], control: finder }
    }

    fn head(&self, wiring: &Wiring<'_>) -> Option<Rc<RefCell<dyn SourceHead>>> {
        let job = ReadElements {
            dofn: self.dofn.clone(),
            id: wiring.id,
            step: wiring.step.clone(),
            out: wiring.emitter(0),
            shared: wiring.env.shared.clone(),
            batch_size: wiring.env.batch_size_of::<D::Out>(),
            is_set_up: false,
            _elements: PhantomData,
        };
        Some(Rc::new(RefCell::new(Head::new(job, Self::board(wiring), wiring.env))))
    }
}

/// A restriction of an element that is to be worked on.
struct Work<In, D: SplittableDoFn<In>> {
    element: Arc<In>,
    restriction: RestrictionOf<In, D>,
    stamp: Stamp,
    estimator: D::Estimator,
    /// How far it has come in event time.
    watermark: Timestamp,
}

impl<In, D: SplittableDoFn<In>> Work<In, D> {
    /// Another restriction of the same element, that is as far.
    fn part(&self, restriction: RestrictionOf<In, D>) -> Self {
        Self {
            element: self.element.clone(),
            restriction,
            stamp: self.stamp.clone(),
            estimator: self.estimator.clone(),
            watermark: self.watermark,
        }
    }
}

/// Finds the restrictions of the elements that come.
struct Finder<In, D: SplittableDoFn<In>> {
    dofn: D,
    step: Arc<Step>,
    board: Arc<Board<Work<In, D>>>,
    env: Rc<Env>,
}

impl<In: Element, D: SplittableDoFn<In>> Finder<In, D> {
    fn restrictions(&self, element: &In) -> Result<Vec<RestrictionOf<In, D>>> {
        let target = SplitTarget { parallelism: self.env.workers };
        let find = || self.dofn.split(element, self.dofn.initial_restriction(element)?, &target);
        catch(&self.step, find)
            .and_then(|found: Result<_, BoxError>| found.map_err(|error| user_error(&self.step, error)))
            .map_err(|error| error.at(render(element)))
    }

    fn add(&self, element: In, stamp: &Stamp) -> Result<()> {
        let restrictions = self.restrictions(&element)?;
        let bytes = size_of_value(&element) / restrictions.len().max(1) + size_of::<Work<In, D>>();
        let element = Arc::new(element);
        for restriction in restrictions {
            let (element, stamp) = (element.clone(), stamp.clone());
            let (estimator, watermark) = (self.dofn.estimator(), stamp.time);
            self.board.add_sized(watermark, bytes, Work { element, restriction, stamp, estimator, watermark });
        }
        Ok(())
    }
}

impl<In: Element, D: SplittableDoFn<In>> Inbox for Finder<In, D> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let Batch { values, meta } = packet.open::<Batch<In>>();
        values.into_iter().enumerate().try_for_each(|(row, element)| self.add(element, &meta.get(row)))?;
        self.env.wake.wake_all();
        Ok(())
    }
}

impl<In, D: SplittableDoFn<In>> Operator for Finder<In, D> {
    fn is_full(&self) -> bool {
        self.board.is_full()
    }

    fn can_be_full(&self) -> bool {
        true
    }
}

/// Works on restrictions on one worker.
struct ReadElements<In, D: SplittableDoFn<In>> {
    dofn: D,
    id: StepId,
    step: Arc<Step>,
    out: Emitter<D::Out>,
    shared: Arc<Shared>,
    batch_size: usize,
    is_set_up: bool,
    _elements: PhantomData<fn(In)>,
}

impl<In: Element, D: SplittableDoFn<In>> ReadElements<In, D> {
    fn set_up(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_set_up, true) {
            return Ok(());
        }
        catch(&self.step, || self.dofn.setup())?.map_err(|error| user_error(&self.step, error))
    }

    /// Calls the user's code, and says what it has left to be done later.
    fn process(
        &mut self,
        work: &mut Work<In, D>,
        cx: &JobCx<'_, Work<In, D>>,
    ) -> Result<(ProcessContinuation, Option<RestrictionOf<In, D>>), BoxError> {
        let meta = Meta::of(work.stamp.clone());
        let example = work.part(work.restriction.clone());
        let rest = Rest {
            is_wanted: &|| cx.board.wants_work(),
            give: &mut |restriction| cx.board.add(example.watermark, example.part(restriction)),
            shared: &self.shared,
            is_bounded: self.dofn.is_bounded(),
            left: if cx.others_wait { self.batch_size } else { BATCHES * self.batch_size },
            paused: None,
        };
        let tracker = self.dofn.tracker(work.restriction.clone());
        self.out.begin(&meta);
        let (estimator, out) = (&mut work.estimator, &mut self.out);
        let mut split = SplitCx { tracker, estimator, out, meta: &meta, rest };
        let continuation = self.dofn.process(&work.element, &mut split)?;
        let SplitCx { mut tracker, rest, .. } = split;
        let paused = match continuation {
            ProcessContinuation::Resume(_) if rest.paused.is_none() => tracker.try_split(0.0),
            _ => rest.paused,
        };
        tracker.check_done()?;
        Ok((continuation, paused))
    }
}

impl<In: Element, D: SplittableDoFn<In>> Job for ReadElements<In, D> {
    type Work = Work<In, D>;
    type Active = Work<In, D>;

    fn is_bounded(&self) -> bool {
        self.dofn.is_bounded()
    }

    fn open(&mut self, work: Self::Work) -> Result<Self::Active> {
        self.set_up().map(|()| work)
    }

    fn go_on(&mut self, work: &mut Self::Active, cx: &JobCx<'_, Self::Work>) -> Result<Next> {
        let step = self.step.clone();
        let result = catch(&step, || self.process(work, cx));
        self.out.check()?;
        let result = result.and_then(|result| result.map_err(|error| user_error(&step, error)));
        let (continuation, rest) = result.map_err(|error| error.at(render(&*work.element)))?;
        self.out.flush()?;
        work.watermark = work.watermark.max(work.estimator.watermark());
        Ok(match (rest, continuation) {
            (None, _) => Next::Done,
            (Some(rest), continuation) => {
                work.restriction = rest;
                match continuation {
                    ProcessContinuation::Stop => Next::More,
                    ProcessContinuation::Resume(pause) => Next::WakeAt(cx.now + pause),
                }
            }
        })
    }

    fn share(&mut self, work: &mut Self::Active) -> Option<Self::Work> {
        let mut tracker = self.dofn.tracker(work.restriction.clone());
        let part = tracker.try_split(0.5)?;
        work.restriction = tracker.restriction();
        Some(work.part(part))
    }

    fn mark(&self, work: &Self::Active) -> Mark {
        Mark { time: work.watermark, is_idle: false }
    }

    fn place(&self, work: &Self::Active) -> String {
        render(&*work.element)
    }

    fn bytes_read(&self, _: &Self::Active) -> u64 {
        0
    }
}

impl<In, D: SplittableDoFn<In>> Drop for ReadElements<In, D> {
    fn drop(&mut self) {
        if self.is_set_up {
            let before = crate::kernel::enter(self.id);
            // A panic here has nobody left to tell: the run is over.
            let _ = catch(&self.step, || self.dofn.teardown());
            crate::kernel::enter(before);
        }
    }
}
