//! Events of which only a part is handed on.

use std::marker::PhantomData;

use beamline::{BoxError, Element, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};

use super::source::Walk;
use super::{Blocks, Event, Events};

/// What a function makes of each of [`Events`], if anything.
///
/// An event of which a number is wanted is not put together before: as where lines of a text are parsed while they are read.
pub struct Only<F, T> {
    events: Events,
    part: F,
    _out: PhantomData<fn() -> T>,
}

impl<F: Fn(Event) -> Option<T>, T> Only<F, T> {
    /// What `part` makes of each of `events`.
    pub fn new(events: Events, part: F) -> Self {
        Self { events, part, _out: PhantomData }
    }
}

impl<F: Clone, T> Clone for Only<F, T> {
    fn clone(&self) -> Self {
        Self { events: self.events.clone(), part: self.part.clone(), _out: PhantomData }
    }
}

impl<F, T> Source for Only<F, T>
where
    F: Fn(Event) -> Option<T> + Clone + Send + Sync + 'static,
    T: Element,
{
    type Out = T;
    type Split = Blocks;
    type Reader = OnlyReader<F, T>;

    fn label(&self) -> String {
        self.events.label()
    }

    fn is_bounded(&self) -> bool {
        self.events.is_bounded()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Blocks>, BoxError> {
        self.events.splits(target)
    }

    fn size(&self, split: &Blocks) -> Option<u64> {
        self.events.size(split)
    }

    fn describe(&self, blocks: &Blocks) -> String {
        self.events.describe(blocks)
    }

    fn open(&self, blocks: Blocks) -> Result<Self::Reader, BoxError> {
        Ok(OnlyReader { walk: self.events.walk(blocks)?, part: self.part.clone(), _out: PhantomData })
    }
}

/// Reads some blocks of [`Only`].
pub struct OnlyReader<F, T> {
    walk: Walk,
    part: F,
    _out: PhantomData<fn() -> T>,
}

impl<F: Fn(Event) -> Option<T> + Send + 'static, T: Element> Reader for OnlyReader<F, T> {
    type Out = T;
    type Split = Blocks;

    fn poll(&mut self, out: &mut SourceBatch<'_, T>) -> Result<Next, BoxError> {
        self.walk.poll(out, &self.part)
    }

    fn bytes_read(&self) -> u64 {
        self.walk.bytes
    }

    fn watermark(&self) -> Timestamp {
        self.walk.least
    }

    fn try_split(&mut self, fraction: f64) -> Option<Blocks> {
        self.walk.blocks.split_off(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stream;
    use super::*;

    #[test]
    fn parts_come_with_the_time_of_their_events_and_readers_pause() {
        let stream = Stream { events: 40_000, disorder: 100, ..Stream::default() };
        let wanted = |event: Event| event.person().map(|person| person.id).filter(|id| id % 5 == 0);
        let source = Only::new(Events::generated(stream), wanted);
        let splits = source.splits(&SplitTarget { parallelism: 2 }).unwrap();
        let (mut ids, mut pauses) = (Vec::new(), 0);
        for split in splits {
            let (mut reader, mut times, mut values) = (source.open(split).unwrap(), Vec::new(), Vec::new());
            loop {
                let next = reader.poll(&mut SourceBatch::new(&mut values, &mut times, 1_000)).unwrap();
                ids.extend(values.drain(..).zip(times.drain(..)));
                if next == Next::Done {
                    break;
                }
                pauses += 1;
            }
        }
        let time_of = |event: Event| (event.date_time(), event);
        let expected = stream.iter().map(time_of).filter_map(|(time, event)| wanted(event).map(|id| (id, time)));
        let mut expected: Vec<_> = expected.collect();
        expected.sort();
        ids.sort();
        assert_eq!(ids, expected);
        assert!(pauses > 0 && expected.len() < 1_000, "a batch is never full");
    }
}
