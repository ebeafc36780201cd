//! The two sides of a join, from one script.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream};
use std::time::Duration;

pub(crate) type Key = u8;
/// The number of the event that an element came with, and its place there: encoded in this order, too.
pub(crate) type Value = (u8, u8);
pub(crate) type Side = PCollection<(Key, Value)>;

/// What happens in a script. Elements of an event are all of one side, so their order makes no difference.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Left(Vec<(Key, i64)>),
    Right(Vec<(Key, i64)>),
    Watermark(i64),
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Lets elements be late.
pub(crate) fn late<T: Element>(collection: &PCollection<T>, by: u64) -> PCollection<T> {
    collection.window(Windowing::unchanged().allowed_lateness(ms(by)).accumulation(Accumulation::Discarding))
}

/// The elements of an event with their values.
fn numbered(event: usize, elements: &[(Key, i64)]) -> impl Iterator<Item = (i64, Key, Value)> {
    (0..).zip(elements).map(move |(place, (key, time))| (*time, *key, (event as u8, place)))
}

/// Both sides as they come from one stream, which moves the watermark of both.
pub(crate) fn streamed(p: &Pipeline, events: &[Event]) -> (Side, Side) {
    let mut stream = TestStream::new();
    for (number, event) in events.iter().enumerate() {
        let elements = |is_left, elements| {
            numbered(number, elements).map(move |(time, key, value)| (at(time), (is_left, key, value)))
        };
        stream = match event {
            Event::Left(left) => stream.elements(elements(true, left)),
            Event::Right(right) => stream.elements(elements(false, right)),
            Event::Watermark(time) => stream.advance_watermark_to(at(*time)),
        };
    }
    let both = p.apply(stream);
    let side = |is_left| both.filter(move |(left, ..)| *left == is_left).map(|(_, key, value)| (key, value));
    (side(true), side(false))
}

/// Both sides as collections that end, spread over all workers.
pub(crate) fn bounded(p: &Pipeline, events: &[Event]) -> (Side, Side) {
    let (mut left, mut right) = (vec![], vec![]);
    for (number, event) in events.iter().enumerate() {
        match event {
            Event::Left(elements) => left.extend(numbered(number, elements)),
            Event::Right(elements) => right.extend(numbered(number, elements)),
            Event::Watermark(_) => {}
        }
    }
    (timed(p, left), timed(p, right))
}

/// A collection that ends, spread over all workers.
pub(crate) fn timed<K: Element, V: Element>(
    p: &Pipeline,
    elements: impl IntoIterator<Item = (i64, K, V)>,
) -> PCollection<(K, V)> {
    let spread = p.create(elements).reshuffle();
    spread.with_timestamps(|(time, ..)| at(*time)).map(|(_, key, value)| (key, value))
}

/// Pipelines with different numbers of workers and sizes of batches.
pub(crate) fn everywhere(test: impl Fn(&TestPipeline) -> u64) -> Vec<u64> {
    let sizes = [(1, 1), (1, 3), (1, 1024), (2, 1), (2, 3), (2, 1024), (4, 1), (4, 3), (4, 1024)];
    let run = |(workers, batch)| test(&TestPipeline::new().with_parallelism(workers).with_batch_size(batch));
    sizes.into_iter().map(run).collect()
}
