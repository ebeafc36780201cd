//! Events in order and in disorder, for tests.

use std::hash::Hash;

use beamline_nexmark::events::{Event, Stream};
use beamline_sdk::window::Window;

use super::digest;
use crate::event_time::EventTime;

/// Events with the time that none behind them is earlier than: a minute of them.
pub(super) fn in_order() -> Vec<(i64, Event)> {
    let stream = Stream { events: 12_000, per_second: 200, ..Stream::default() };
    stream.iter().map(|event| (event.date_time().millis(), event)).collect()
}

/// The same when two readers have every other thousand of them, of which one is ahead, and both are read in pieces.
pub(super) fn disordered() -> Vec<(i64, Event)> {
    let all = in_order();
    let (ahead, behind): (Vec<_>, Vec<_>) = all.chunks(1_000).enumerate().partition(|(block, _)| block % 2 == 0);
    let pieces = |blocks: Vec<(usize, &[(i64, Event)])>| -> Vec<Vec<(i64, Event)>> {
        blocks.into_iter().flat_map(|(_, block)| block.chunks(70).map(<[_]>::to_vec)).collect()
    };
    let (ahead, behind) = (pieces(ahead), pieces(behind));
    let mut mixed: Vec<_> = ahead.iter().take(20).cloned().collect();
    for (place, piece) in behind.into_iter().enumerate() {
        mixed.push(piece);
        mixed.extend(ahead.get(place + 20).cloned());
    }
    let mut events: Vec<_> = mixed.into_iter().flatten().collect();
    let mut least = i64::MAX;
    for (watermark, event) in events.iter_mut().rev() {
        least = least.min(event.date_time().millis());
        *watermark = least;
    }
    events
}

/// What a state gives out for what it needs of the events.
pub(super) fn through<S: EventTime>(
    mut state: S,
    events: Vec<(i64, Event)>,
    needed: impl Fn(Event) -> Option<S::In>,
) -> Vec<S::Out> {
    let mut given = Vec::new();
    for (watermark, event) in events {
        while state.advance(watermark, |result| given.push(result)) {}
        needed(event).into_iter().for_each(|element| state.add(element));
    }
    while state.advance(i64::MAX, |result| given.push(result)) {}
    given
}

/// Results in an order of their own.
pub(super) fn digests<T: Hash>(results: &[T]) -> Vec<u64> {
    let mut digests: Vec<_> = results.iter().map(|result| digest(Window::GLOBAL, result)).collect();
    digests.sort_unstable();
    digests
}
