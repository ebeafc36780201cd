//! Sources on workers: splits are taken from a common queue, and busy readers share theirs with idle workers.

use super::batch::Batch;
use super::col::Col;
use super::guard;
use super::meta::Meta;
use super::operator::Wiring;
use super::output::Output;
use crate::{Error, ErrorKind, Next, Reader, Result, Source, SourceBatch, SplitTarget, Step, Timestamp};
use parking_lot::Mutex;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// A source as the graph holds it.
pub trait SourceFactory: Send + Sync {
    /// See [`Source::is_bounded`].
    fn is_bounded(&self) -> bool;

    /// Asks the source for its splits, and makes what the workers share.
    ///
    /// # Errors
    /// Those of [`Source::splits`].
    fn start(&self, step: &Arc<Step>, target: &SplitTarget) -> Result<Arc<dyn SourceRun>>;

    /// Whether it goes on only when the whole pipeline is at rest, and wants a clock that is set by hand.
    fn is_script(&self) -> bool {
        false
    }
}

/// A source that is being read.
pub trait SourceRun: Send + Sync {
    /// The part of one worker.
    fn head(self: Arc<Self>, wiring: &Wiring<'_>, wake: Arc<dyn Wake>) -> Rc<RefCell<dyn SourceHead>>;

    /// The size of all splits in bytes, if known.
    fn total_bytes(&self) -> Option<u64>;

    /// How many bytes have been read.
    fn bytes_read(&self) -> u64;
}

/// Wakes the workers that have nothing to do.
pub trait Wake: Send + Sync {
    /// Wakes all workers.
    fn wake_all(&self);
}

/// The beginning of a stage that reads.
pub trait SourceHead {
    /// Reads a batch and pushes it through the stage.
    ///
    /// # Errors
    /// Those of the reader and of the steps of the stage.
    fn poll(&mut self) -> Result<Polled>;

    /// What is being read, for error messages.
    fn place(&self) -> Option<String>;

    /// No element before this instant will come, unless it is late. Asked at the end of a bundle.
    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }

    /// Whether it is caught up and empty, so that nobody need wait for its watermark.
    fn is_idle(&self) -> bool {
        false
    }

    /// Nothing moves in the whole pipeline: a [script](SourceFactory::is_script) may go on. Says whether there is
    /// anything to go on with.
    fn at_rest(&mut self) -> bool {
        false
    }
}

/// What came of polling a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// A batch has been read.
    Worked,
    /// Nothing to do until another worker shares its split, or until the given time.
    Idle(Option<Instant>),
    /// All splits have been read, by all workers.
    Done,
}

/// Makes a [`SourceFactory`] of a [`Source`].
pub(crate) struct ReadFactory<S>(pub(crate) S);

impl<S: Source> SourceFactory for ReadFactory<S> {
    fn is_bounded(&self) -> bool {
        self.0.is_bounded()
    }

    fn start(&self, step: &Arc<Step>, target: &SplitTarget) -> Result<Arc<dyn SourceRun>> {
        let splits = guard::catch(step, || self.0.splits(target))?;
        let splits = splits.map_err(|e| Error::wrap(ErrorKind::Io, e).in_step(step))?;
        Ok(Arc::new(Running {
            total_bytes: splits.iter().map(|s| self.0.size(s)).sum(),
            source: self.0.clone(),
            step: step.clone(),
            open: AtomicUsize::new(splits.len()),
            queue: Mutex::new(splits.into()),
            hungry: AtomicUsize::new(0),
            bytes_read: AtomicU64::new(0),
            watermarks: Mutex::new(vec![Timestamp::MAX; target.parallelism]),
        }))
    }
}

struct Running<S: Source> {
    source: S,
    step: Arc<Step>,
    queue: Mutex<VecDeque<S::Split>>,
    /// Splits that have not been read to their end: in the queue or with a reader.
    open: AtomicUsize,
    /// Workers that wait for a split.
    hungry: AtomicUsize,
    bytes_read: AtomicU64,
    total_bytes: Option<u64>,
    /// How far the reader of each worker has come; [`Timestamp::MAX`] where there is none.
    watermarks: Mutex<Vec<Timestamp>>,
}

impl<S: Source> Running<S> {
    fn next_split(&self, worker: usize) -> Option<S::Split> {
        // Under the lock, so that a split on its way to a reader holds the watermark as one that waits does.
        let mut watermarks = self.watermarks.lock();
        let split = self.queue.lock().pop_front()?;
        watermarks[worker] = Timestamp::MIN;
        Some(split)
    }

    /// How far a worker's part has come: as far as its reader. One without a split may get one of a split that waits, or
    /// a part of another reader's.
    fn watermark(&self, worker: usize, reader: Option<Timestamp>) -> Timestamp {
        let mut watermarks = self.watermarks.lock();
        watermarks[worker] = reader.unwrap_or(Timestamp::MAX);
        let waits = !self.queue.lock().is_empty();
        match reader {
            Some(time) => time,
            None if waits => Timestamp::MIN,
            None => watermarks.iter().copied().min().unwrap_or(Timestamp::MIN),
        }
    }
}

impl<S: Source> SourceRun for Running<S> {
    fn head(self: Arc<Self>, wiring: &Wiring<'_>, wake: Arc<dyn Wake>) -> Rc<RefCell<dyn SourceHead>> {
        Rc::new(RefCell::new(ReadHead {
            run: self,
            wake,
            worker: wiring.env.worker,
            output: wiring.output(0),
            batch: Batch::new(),
            times: Vec::new(),
            capacity: wiring.env.batch_size,
            room: 1,
            asked: false,
            current: None,
        }))
    }

    fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

struct Current<R> {
    reader: R,
    place: String,
    bytes_read: u64,
}

struct ReadHead<S: Source> {
    run: Arc<Running<S>>,
    wake: Arc<dyn Wake>,
    worker: usize,
    output: Output<S::Out>,
    batch: Batch<S::Out>,
    times: Vec<Timestamp>,
    capacity: usize,
    /// How many elements to read at once: few in the beginning of a split, to be able to share it soon.
    room: usize,
    asked: bool,
    current: Option<Current<S::Reader>>,
}

impl<S: Source> ReadHead<S> {
    /// Opens the next split, if there is one.
    fn take(&mut self) -> Result<bool> {
        let Some(split) = self.run.next_split(self.worker) else { return Ok(false) };
        if std::mem::take(&mut self.asked) {
            self.run.hungry.fetch_sub(1, Ordering::Relaxed);
        }
        // A split may be of slow elements, and others may be waiting for a share.
        self.room = 1;
        let place = self.run.source.describe(&split);
        let reader = guard::catch(&self.run.step, || self.run.source.open(split))?;
        let reader = reader.map_err(|e| self.error(e).at(place.clone()))?;
        self.current = Some(Current { reader, place, bytes_read: 0 });
        Ok(true)
    }

    fn idle(&mut self) -> Polled {
        if self.run.open.load(Ordering::Acquire) == 0 {
            return Polled::Done;
        }
        if !self.asked {
            self.asked = true;
            self.run.hungry.fetch_add(1, Ordering::Relaxed);
        }
        Polled::Idle(None)
    }

    fn read(&mut self) -> Result<Next> {
        let Some(current) = &mut self.current else { return Ok(Next::More) };
        let mut out = SourceBatch::new(&mut self.batch.values, &mut self.times, self.room);
        self.room = self.capacity.min(self.room * 4);
        let next = guard::catch(&self.run.step, || current.reader.poll(&mut out))?;
        let read = current.reader.bytes_read();
        self.run.bytes_read.fetch_add(read - current.bytes_read, Ordering::Relaxed);
        current.bytes_read = read;
        let place = || format!("input from {}", current.place);
        next.map_err(|e| Error::wrap(ErrorKind::Io, e).in_step(&self.run.step).at(place()))
    }

    fn pass_on(&mut self) -> Result<()> {
        self.batch.meta = Meta::unstamped();
        if !self.times.is_empty() {
            self.times.resize(self.batch.len(), Timestamp::MIN);
            self.batch.meta.time = Col::Each(std::mem::take(&mut self.times));
        }
        self.output.push(&mut self.batch)
    }

    /// Gives half of what is left to a worker that has nothing to do.
    fn share(&mut self) {
        let hungry = self.run.hungry.load(Ordering::Relaxed);
        if hungry == 0 || self.run.queue.lock().len() >= hungry {
            return;
        }
        let Some(split) = self.current.as_mut().and_then(|c| c.reader.try_split(0.5)) else { return };
        self.run.open.fetch_add(1, Ordering::AcqRel);
        self.run.queue.lock().push_back(split);
        self.wake.wake_all();
    }

    fn finish_split(&mut self) {
        self.current = None;
        if self.run.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.wake.wake_all();
        }
    }

    fn error(&self, error: crate::BoxError) -> Error {
        Error::wrap(ErrorKind::Io, error).in_step(&self.run.step)
    }
}

impl<S: Source> SourceHead for ReadHead<S> {
    fn poll(&mut self) -> Result<Polled> {
        if self.current.is_none() && !self.take()? {
            return Ok(self.idle());
        }
        let next = self.read()?;
        self.pass_on()?;
        match next {
            Next::More => self.share(),
            Next::WakeAt(time) => return Ok(Polled::Idle(Some(time))),
            Next::Done => self.finish_split(),
        }
        Ok(Polled::Worked)
    }

    fn place(&self) -> Option<String> {
        self.current.as_ref().map(|c| c.place.clone())
    }

    fn watermark(&self) -> Timestamp {
        if self.run.source.is_bounded() {
            return Timestamp::MIN;
        }
        self.run.watermark(self.worker, self.current.as_ref().map(|current| current.reader.watermark()))
    }
}
