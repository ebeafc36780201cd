//! Reading a [`Source`]: its splits are the work.

use super::board::Board;
use super::head::{Head, Job, JobCx};
use super::{SourceFactory, SourceHead, SourceRun};
use crate::kernel::{Batch, Clock, Col, Mark, Meta, Output, Shared, Wiring, guard};
use crate::{BoxError, Error, ErrorKind, Next, Reader, Result, Source, SourceBatch, SplitTarget, Step, Timestamp};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Whoever waits for the results of a batch, or for the run to stop, should not wait longer.
const SLOW: Duration = Duration::from_millis(100);

/// Makes a [`SourceFactory`] of a [`Source`].
pub fn read_with<S: Source>(source: S) -> Arc<dyn SourceFactory> {
    Arc::new(ReadFactory(source))
}

/// The [`SourceFactory`] of a [`Source`].
pub(crate) struct ReadFactory<S>(pub(crate) S);

impl<S: Source> SourceFactory for ReadFactory<S> {
    fn is_bounded(&self) -> bool {
        self.0.is_bounded()
    }

    fn stops_when_drained(&self) -> bool {
        self.0.stops_when_drained()
    }

    fn start(&self, step: &Arc<Step>, target: &SplitTarget) -> Result<Arc<dyn SourceRun>> {
        let splits = guard::catch(step, || self.0.splits(target))?;
        let splits = splits.map_err(|e| Error::wrap(ErrorKind::Io, e).in_step(step))?;
        Ok(Arc::new(Running {
            total_bytes: guard::catch(step, || splits.iter().map(|s| self.0.size(s)).sum())?,
            source: self.0.clone(),
            step: step.clone(),
            board: Arc::new(Board::new(splits, target.parallelism, Mark::END)),
        }))
    }
}

struct Running<S: Source> {
    source: S,
    step: Arc<Step>,
    board: Arc<Board<S::Split>>,
    total_bytes: Option<u64>,
}

impl<S: Source> SourceRun for Running<S> {
    fn head(self: Arc<Self>, wiring: &Wiring<'_>) -> Rc<RefCell<dyn SourceHead>> {
        let job = ReadSplits {
            source: self.source.clone(),
            step: self.step.clone(),
            output: wiring.output(0),
            batch: Batch::new(),
            times: Vec::new(),
            last: 0,
            capacity: wiring.env.batch_size_of::<S::Out>(),
            clock: wiring.env.clock.clone(),
            shared: wiring.env.shared.clone(),
        };
        Rc::new(RefCell::new(Head::new(job, self.board.clone(), wiring.env)))
    }

    fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    fn bytes_read(&self) -> u64 {
        self.board.bytes_read.load(Ordering::Relaxed)
    }
}

/// Reads splits on one worker.
struct ReadSplits<S: Source> {
    source: S,
    step: Arc<Step>,
    output: Output<S::Out>,
    batch: Batch<S::Out>,
    times: Vec<Timestamp>,
    /// How many elements the last batch had: steps may have kept the buffer.
    last: usize,
    capacity: usize,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

/// A split that is being read.
struct Open<R> {
    reader: R,
    place: String,
    /// How many elements to read at once: few in the beginning, and while the steps behind are slow, since others may be
    /// waiting for a share, or for the results.
    room: usize,
}

impl<S: Source> ReadSplits<S> {
    fn pass_on(&mut self) -> Result<()> {
        self.last = self.batch.len();
        self.batch.meta = Meta::unstamped();
        if !self.times.is_empty() {
            self.times.resize(self.batch.len(), Timestamp::MIN);
            let room = Vec::with_capacity(self.times.len());
            self.batch.meta.time = Col::Each(std::mem::replace(&mut self.times, room));
        }
        self.output.push(&mut self.batch)
    }

    /// How many elements to read at once when so many have come through the steps behind since an instant.
    fn room_after(&self, room: usize, read: usize, since: Timestamp) -> usize {
        if self.clock.now() > since + SLOW { (read / 2).clamp(1, room) } else { self.capacity.min(room * 4) }
    }

    fn error(&self, error: BoxError) -> Error {
        Error::wrap(ErrorKind::Io, error).in_step(&self.step)
    }
}

impl<S: Source> Job for ReadSplits<S> {
    type Work = S::Split;
    type Active = Open<S::Reader>;

    fn is_bounded(&self) -> bool {
        self.source.is_bounded()
    }

    fn stops_when_drained(&self) -> bool {
        self.source.stops_when_drained()
    }

    fn open(&mut self, split: S::Split) -> Result<Self::Active> {
        let place = self.source.describe(&split);
        let reader = guard::catch(&self.step, || self.source.open(split));
        let reader = reader.and_then(|reader| reader.map_err(|e| self.error(e)));
        let reader = reader.map_err(|error| error.at(place.clone()))?;
        Ok(Open { reader, place, room: 1 })
    }

    fn go_on(&mut self, open: &mut Self::Active, cx: &JobCx<'_, S::Split>) -> Result<Next> {
        // Room for a batch like the last one, so that it need not grow.
        self.batch.values.reserve(self.last);
        let (step, shared) = (&self.step, &self.shared);
        let hear = |cause: BoxError, consequence: &str| {
            shared.warnings.add(&Error::wrap(ErrorKind::Io, cause).in_step(step), consequence, cx.now);
        };
        let mut out = SourceBatch::new(&mut self.batch.values, &mut self.times, open.room);
        out = out.at(cx.now, cx.waker.clone()).heard_by(&hear);
        let next = guard::catch(&self.step, || open.reader.poll(&mut out))?;
        let next = next.map_err(|e| self.error(e).at(format!("input from {}", open.place)))?;
        let read = self.batch.len();
        self.pass_on()?;
        open.room = self.room_after(open.room, read, cx.now);
        Ok(next)
    }

    fn share(&mut self, open: &mut Self::Active) -> Option<S::Split> {
        open.reader.try_split(0.5)
    }

    fn discover(&mut self, open: &mut Self::Active) -> Option<S::Split> {
        open.reader.discover()
    }

    fn mark(&self, open: &Self::Active) -> Mark {
        if self.source.is_bounded() {
            return Mark::START;
        }
        Mark { time: open.reader.watermark(), is_idle: open.reader.is_idle() }
    }

    fn place(&self, open: &Self::Active) -> String {
        open.place.clone()
    }

    fn bytes_read(&self, open: &Self::Active) -> u64 {
        open.reader.bytes_read()
    }
}
