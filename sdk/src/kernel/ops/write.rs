//! The end of a pipeline: elements go to a sink.

use crate::kernel::guard::{Witness, catch, panic_error};
use crate::kernel::memory::size_of_value;
use crate::kernel::{
    Batch, Env, Erased, Flow, Inbox, Link, Op, Operator, Packet, Push, Receiver, Shuffle, ShuffleMode, SinkControl,
    StepId, Wiring,
};
use crate::{BoxError, Element, Error, ErrorKind, Result, Shard, Sink, Step, StopFlag, Timestamp, Writer};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// A sink in the graph.
pub(crate) struct SinkNode<T, S> {
    sink: S,
    _elements: PhantomData<fn(T)>,
}

impl<T, S> SinkNode<T, S> {
    pub(crate) fn new(sink: S) -> Self {
        Self { sink, _elements: PhantomData }
    }
}

fn typed<C: 'static>(prepared: Vec<Erased>) -> Vec<C> {
    prepared.into_iter().map(|c| *c.downcast().expect("a sink and its writers agree on the commit")).collect()
}

impl<T: Element, S: Sink<T>> SinkControl for SinkNode<T, S> {
    fn begin(&self) -> Result<(), BoxError> {
        guarded(|| self.sink.begin())
    }

    fn shows_at_once(&self) -> bool {
        self.sink.shows_at_once()
    }

    fn commit(&self, prepared: Vec<Erased>) -> Result<(), BoxError> {
        guarded(|| self.sink.commit(typed(prepared)))
    }

    fn abort(&self, prepared: Vec<Erased>) {
        // The run has failed already: a panic here would only hide why.
        let _ = guarded(|| {
            self.sink.abort(typed(prepared));
            Ok(())
        });
    }
}

/// Calls a sink outside of any worker; a panic becomes an error.
fn guarded(f: impl FnOnce() -> Result<(), BoxError>) -> Result<(), BoxError> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(panic_error(payload).into()))
}

/// One shard in the making.
struct Writing<T, S: Sink<T>> {
    shard: Shard,
    writer: Option<S::Writer>,
    written: Rc<Flow>,
    step: Arc<Step>,
    witness: Witness<T>,
}

impl<T: Element, S: Sink<T>> Writing<T, S> {
    fn open(sink: &S, shard: Shard, wiring: &StepContext) -> Result<Self> {
        let step = wiring.step.clone();
        let mut writer = catch(&step, || sink.open(shard))?.map_err(|e| Error::of(ErrorKind::Io, e).in_step(&step))?;
        wiring.env.shared.note_opened(wiring.id);
        catch(&step, || writer.heed(&StopFlag::of(&wiring.env.shared)))?;
        let (written, witness) = (wiring.written.clone(), Witness::new(wiring.env.trace_elements));
        Ok(Self { shard, writer: Some(writer), written, step, witness })
    }

    fn write(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let Self { writer: Some(writer), written, witness, step, .. } = self else {
            return Err(Error::new(ErrorKind::Internal, "an element came after the end").in_step(&self.step));
        };
        written.count(batch.len());
        let mut each = |value: T| {
            witness.see(&value);
            writer.write(value)
        };
        catch(step, || batch.values.drain(..).try_for_each(&mut each))
            .map_err(|panic| witness.blame(panic))?
            .map_err(|e| Error::of(ErrorKind::Io, e).in_step(step))
    }

    fn finish_bundle(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        catch(&self.step, || writer.finish_bundle())?.map_err(|e| Error::of(ErrorKind::Io, e).in_step(&self.step))
    }

    fn prepare(&mut self, wiring: &StepContext) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let commit = catch(&self.step, || writer.prepare())?;
        let commit = commit.map_err(|e| Error::of(ErrorKind::Io, e).in_step(&self.step))?;
        wiring.env.shared.add_prepared(wiring.id, self.shard.index, Box::new(commit));
        Ok(())
    }
}

/// What outlives the wiring.
struct StepContext {
    id: StepId,
    step: Arc<Step>,
    env: Rc<Env>,
    written: Rc<Flow>,
}

impl StepContext {
    fn of(wiring: &Wiring<'_>) -> Self {
        let written = wiring.flows.first().cloned().unwrap_or_default();
        Self { id: wiring.id, step: wiring.step.clone(), env: wiring.env.clone(), written }
    }
}

/// Writes one shard on every worker, in the stage that makes the elements.
pub(crate) struct WriteEverywhere<T, S: Sink<T>> {
    sink: S,
    context: StepContext,
    shard: Option<Writing<T, S>>,
}

impl<T: Element, S: Sink<T>> WriteEverywhere<T, S> {
    pub(crate) fn new(sink: S, wiring: &Wiring<'_>) -> Self {
        Self { sink, context: StepContext::of(wiring), shard: None }
    }
}

impl<T: Element, S: Sink<T>> Push<T> for WriteEverywhere<T, S> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), |shard| shard.write(batch))
    }
}

impl<T: Element, S: Sink<T>> Operator for WriteEverywhere<T, S> {
    fn setup(&mut self) -> Result<()> {
        let env = &self.context.env;
        let shard = Shard { index: env.worker as u32, count: env.workers as u32 };
        self.shard = Some(Writing::open(&self.sink, shard, &self.context)?);
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), Writing::finish_bundle)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        match &mut self.shard {
            Some(shard) if time == Timestamp::MAX => shard.prepare(&self.context),
            _ => Ok(()),
        }
    }

    fn end_early(&mut self) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), |shard| shard.prepare(&self.context))
    }
}

/// Writes a given number of shards, each on one worker.
pub(crate) struct WriteShards<T, S> {
    pub(crate) sink: S,
    pub(crate) shards: u32,
    pub(crate) _elements: PhantomData<fn(T)>,
}

struct ShardSender<T> {
    link: Rc<dyn Link>,
    workers: usize,
    shards: u32,
    next: u32,
    _elements: PhantomData<T>,
}

impl<T: Element> Push<T> for ShardSender<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.next = (self.next + 1) % self.shards;
        let bytes = batch.values.iter().map(size_of_value).sum();
        self.link.send(self.next as usize % self.workers, Packet::new((self.next, batch.take()), bytes))
    }
}

impl<T> Operator for ShardSender<T> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.link.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.link.idle(is_idle);
        Ok(())
    }
}

struct ShardWriter<T, S: Sink<T>> {
    sink: S,
    count: u32,
    context: StepContext,
    shards: Vec<Writing<T, S>>,
}

impl<T: Element, S: Sink<T>> Inbox for ShardWriter<T, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let (index, mut batch): (u32, Batch<T>) = packet.open();
        self.shards[index as usize / self.context.env.workers].write(&mut batch)
    }
}

impl<T: Element, S: Sink<T>> Operator for ShardWriter<T, S> {
    fn setup(&mut self) -> Result<()> {
        let (worker, workers) = (self.context.env.worker, self.context.env.workers);
        let mine = (worker as u32..self.count).step_by(workers);
        let open = |index| Writing::open(&self.sink, Shard { index, count: self.count }, &self.context);
        self.shards = mine.map(open).collect::<Result<_>>()?;
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.shards.iter_mut().try_for_each(Writing::finish_bundle)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX { Ok(()) } else { self.end_early() }
    }

    fn end_early(&mut self) -> Result<()> {
        self.shards.iter_mut().try_for_each(|shard| shard.prepare(&self.context))
    }
}

impl<T: Element, S: Sink<T>> Shuffle for WriteShards<T, S> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        let (workers, next) = (wiring.env.workers, wiring.env.worker as u32);
        Op::single(wiring, ShardSender::<T> { link, workers, shards: self.shards, next, _elements: PhantomData })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let context = StepContext::of(wiring);
        let writer = ShardWriter { sink: self.sink.clone(), count: self.shards, context, shards: Vec::new() };
        let writer = Rc::new(RefCell::new(writer));
        Receiver { inboxes: vec![writer.clone()], control: writer }
    }
}
