//! Events as a source, with an end or as a stream.
#![allow(clippy::inline_always, reason = "what makes an event and what takes it are to be one piece of code")]

use beamline::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use nexmark::EventGenerator;
use serde::{Deserialize, Serialize};

use super::codec::Take;
use super::store::{self, Store};
use super::stream::BLOCK;
use super::{Event, Stream};

/// Where a pipeline reads events: each has the time at which it happened.
///
/// ```
/// use beamline::prelude::*;
/// use beamline_nexmark::events::{Event, Events, Stream};
///
/// let p = Pipeline::new();
/// let events = p.read(Events::generated(Stream::default()).live());
/// let bids = events.flat_map(Event::bid);
/// # let _ = bids;
/// ```
#[derive(Clone, Debug)]
pub struct Events {
    supply: Supply,
    is_live: bool,
}

#[derive(Clone, Debug)]
enum Supply {
    Generated(Stream),
    Stored(Store),
}

/// Some of the blocks of a thousand events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    next: u64,
    end: u64,
    /// Every so-maniest.
    step: u64,
}

impl Events {
    /// Events that are made while they are read, which takes longer than most of what can be done with them.
    pub fn generated(stream: Stream) -> Self {
        Self { supply: Supply::Generated(stream), is_live: false }
    }

    /// Events of a file.
    pub fn stored(store: Store) -> Self {
        Self { supply: Supply::Stored(store), is_live: false }
    }

    /// The same as a stream: readers go forward in event time together, and say how far they have come.
    #[must_use]
    pub fn live(self) -> Self {
        Self { is_live: true, ..self }
    }

    /// The way through some blocks.
    pub(super) fn walk(&self, blocks: Blocks) -> Result<Walk, BoxError> {
        let cursor = match &self.supply {
            Supply::Generated(stream) => Cursor::Generated(Box::new(Generator::new(*stream))),
            Supply::Stored(store) => Cursor::Stored(store.cursor()?),
        };
        Ok(Walk { cursor, blocks, least: Timestamp::MIN, bytes: 0 })
    }

    /// Which events there are.
    pub fn stream(&self) -> Stream {
        match &self.supply {
            Supply::Generated(stream) => *stream,
            Supply::Stored(store) => store.stream(),
        }
    }
}

impl Source for Events {
    type Out = Event;
    type Split = Blocks;
    type Reader = EventsReader;

    fn label(&self) -> String {
        match &self.supply {
            Supply::Generated(stream) => format!("nexmark::generate({})", stream.events),
            Supply::Stored(store) => format!("nexmark::read({})", store.path().display()),
        }
    }

    fn is_bounded(&self) -> bool {
        !self.is_live
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Blocks>, BoxError> {
        let stream = self.stream();
        stream.check()?;
        let (readers, blocks) = (target.parallelism as u64, stream.blocks());
        Ok(if self.is_live { in_turns(readers, blocks) } else { in_ranges(readers, blocks) })
    }

    fn size(&self, split: &Blocks) -> Option<u64> {
        match &self.supply {
            Supply::Generated(_) => None,
            Supply::Stored(store) => Some(split.numbers().map(|block| store.places()[block].length).sum()),
        }
    }

    fn describe(&self, Blocks { next, end, step }: &Blocks) -> String {
        let (first, last) = (next * BLOCK, end * BLOCK);
        match step {
            1 => format!("events {first}..{last}"),
            _ => format!("every {step}th {BLOCK} events of {first}..{last}"),
        }
    }

    fn open(&self, blocks: Blocks) -> Result<EventsReader, BoxError> {
        self.walk(blocks).map(EventsReader)
    }
}

/// Each reader has every so-maniest block.
fn in_turns(readers: u64, blocks: u64) -> Vec<Blocks> {
    (0..readers).map(|next| Blocks { next, end: blocks, step: readers }).collect()
}

/// Each reader has blocks that follow each other.
fn in_ranges(readers: u64, blocks: u64) -> Vec<Blocks> {
    let border = |reader| blocks * reader / readers;
    (0..readers).map(|reader| Blocks { next: border(reader), end: border(reader + 1), step: 1 }).collect()
}

impl Blocks {
    fn numbers(self) -> impl Iterator<Item = usize> {
        (self.next..self.end).step_by(self.step as usize).map(|block| block as usize)
    }

    fn take_first(&mut self) -> Option<u64> {
        let first = Some(self.next).filter(|next| *next < self.end);
        self.next += self.step;
        first
    }

    /// Takes the last part off blocks that follow each other, unless it is less than one.
    pub(super) fn split_off(&mut self, fraction: f64) -> Option<Self> {
        let given = (self.end.saturating_sub(self.next) as f64 * fraction) as u64;
        if self.step != 1 || given == 0 {
            return None;
        }
        self.end -= given;
        Some(Self { next: self.end, end: self.end + given, step: 1 })
    }
}

/// Reads some blocks of [`Events`].
pub struct EventsReader(Walk);

impl Reader for EventsReader {
    type Out = Event;
    type Split = Blocks;

    fn poll(&mut self, out: &mut SourceBatch<'_, Event>) -> Result<Next, BoxError> {
        self.0.poll(out, &Some)
    }

    fn bytes_read(&self) -> u64 {
        self.0.bytes
    }

    fn watermark(&self) -> Timestamp {
        self.0.least
    }

    fn try_split(&mut self, fraction: f64) -> Option<Blocks> {
        self.0.blocks.split_off(fraction)
    }
}

/// So many blocks are read before others have their turn.
const AT_ONCE: usize = 16;

/// A way through some blocks.
pub(super) struct Walk {
    cursor: Cursor,
    pub(super) blocks: Blocks,
    /// From when on the block in work has events.
    pub(super) least: Timestamp,
    pub(super) bytes: u64,
}

impl Walk {
    /// Goes on until the batch is full of what `part` makes of events, or some blocks have been read that had little of it.
    #[inline]
    pub(super) fn poll<T>(
        &mut self,
        out: &mut SourceBatch<'_, T>,
        part: &impl Fn(Event) -> Option<T>,
    ) -> Result<Next, BoxError> {
        let mut blocks = 0;
        while !out.is_full() {
            if self.cursor.is_at_end() {
                if blocks == AT_ONCE {
                    break;
                }
                blocks += 1;
                let Some(block) = self.blocks.take_first() else { return Ok(Next::Done) };
                let (least, bytes) = self.cursor.go_to(block)?;
                self.least = least;
                self.bytes += bytes;
                continue;
            }
            self.cursor.fill(out, part)?;
        }
        Ok(Next::More)
    }
}

/// Where a reader is.
enum Cursor {
    Generated(Box<Generator>),
    Stored(store::Cursor),
}

impl Cursor {
    /// Says from when on a block has events, and how many bytes it takes.
    fn go_to(&mut self, block: u64) -> Result<(Timestamp, u64), BoxError> {
        match self {
            Self::Generated(generator) => Ok((generator.go_to(block), 0)),
            Self::Stored(cursor) => cursor.go_to(block),
        }
    }

    #[inline]
    fn is_at_end(&self) -> bool {
        match self {
            Self::Generated(generator) => generator.left == 0,
            Self::Stored(cursor) => cursor.is_at_end(),
        }
    }

    /// Goes on until the block is at its end or the batch is full.
    #[inline]
    fn fill<T>(&mut self, out: &mut SourceBatch<'_, T>, part: &impl Fn(Event) -> Option<T>) -> Result<(), BoxError> {
        match self {
            Self::Generated(generator) => {
                while generator.left > 0 && !out.is_full() {
                    HandOn { out, part }.take(generator.event());
                }
            }
            Self::Stored(cursor) => {
                while !cursor.is_at_end() && !out.is_full() {
                    cursor.event(HandOn { out, part })?;
                }
            }
        }
        Ok(())
    }
}

/// Hands on what is made of an event, if anything.
struct HandOn<'a, 'b, T, F> {
    out: &'a mut SourceBatch<'b, T>,
    part: &'a F,
}

impl<T, F: Fn(Event) -> Option<T>> Take for HandOn<'_, '_, T, F> {
    type Out = ();

    #[inline(always)]
    fn take(self, event: Event) {
        let time = event.date_time();
        if let Some(part) = (self.part)(event) {
            self.out.push_at(part, time);
        }
    }
}

/// Makes one block after the other.
struct Generator {
    stream: Stream,
    at_start: EventGenerator,
    events: EventGenerator,
    /// How many events of the block are still to come.
    left: u64,
}

impl Generator {
    fn new(stream: Stream) -> Self {
        let at_start = stream.generator();
        Self { stream, events: at_start.clone(), at_start, left: 0 }
    }

    fn go_to(&mut self, block: u64) -> Timestamp {
        self.events = self.at_start.clone().with_offset(block * BLOCK);
        self.left = self.stream.len_of(block);
        Stream::least_of(&self.at_start, block)
    }

    fn event(&mut self) -> Event {
        self.left -= 1;
        self.events.next().map(Event::from).expect("the generator has no end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a split, and whether watermarks were kept.
    fn read(source: &Events, split: Blocks) -> Vec<Event> {
        let (mut reader, mut events) = (source.open(split).unwrap(), Vec::new());
        let (mut values, mut times) = (Vec::new(), Vec::new());
        loop {
            let watermark = reader.watermark();
            let next = reader.poll(&mut SourceBatch::new(&mut values, &mut times, 7)).unwrap();
            assert!(times.iter().all(|time| watermark <= *time), "late: {watermark:?}, {times:?}");
            assert!(watermark <= reader.watermark());
            events.append(&mut values);
            if next == Next::Done {
                return events;
            }
        }
    }

    fn read_all(source: &Events, parallelism: usize) -> Vec<Event> {
        let splits = source.splits(&SplitTarget { parallelism }).unwrap();
        splits.into_iter().flat_map(|split| read(source, split)).collect()
    }

    fn sorted(mut events: Vec<Event>) -> Vec<String> {
        let mut texts: Vec<_> = events.drain(..).map(|event| format!("{event:?}")).collect();
        texts.sort_unstable();
        texts
    }

    #[test]
    fn readers_share_the_events() {
        let stream = Stream { events: 7_777, disorder: 100, ..Stream::default() };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events");
        super::super::save(&stream, &file).unwrap();
        let all = sorted(stream.iter().collect());
        for source in [Events::generated(stream), Events::stored(Store::open(&file).unwrap())] {
            for parallelism in [1, 3, 20] {
                assert_eq!(sorted(read_all(&source, parallelism)), all);
                assert_eq!(sorted(read_all(&source.clone().live(), parallelism)), all);
            }
        }
    }

    #[test]
    fn what_is_given_away_is_neither_lost_nor_read_twice() {
        let stream = Stream { events: 9_500, ..Stream::default() };
        let source = Events::generated(stream);
        let mut reader = source.open(Blocks { next: 0, end: 10, step: 1 }).unwrap();
        let (mut values, mut times) = (Vec::new(), Vec::new());
        reader.poll(&mut SourceBatch::new(&mut values, &mut times, 10)).unwrap();
        let given = reader.try_split(0.5).unwrap();
        assert_eq!(
            (given, reader.0.blocks),
            (Blocks { next: 6, end: 10, step: 1 }, Blocks { next: 1, end: 6, step: 1 })
        );
        assert_eq!(source.open(Blocks { next: 0, end: 10, step: 2 }).unwrap().try_split(0.5), None);
    }
}
