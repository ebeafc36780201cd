//! What the library leaves to its users: operators in event time that are indifferent to the order of elements.

use renoir::Stream;
use renoir::operator::{Operator, StreamElement, Timestamp};

use peer_tasks::event_time::EventTime;

/// How many elements come between two watermarks of a source.
const INTERVAL: u32 = 1 << 15;

/// How many results are made before they go on.
const RESULTS: usize = 1 << 12;

/// Watermarks of a stream whose elements come at most so much later than any before them.
pub(crate) fn watermarks<T>(disorder: Timestamp) -> impl FnMut(&T, &Timestamp) -> Option<Timestamp> + Clone {
    let (mut latest, mut count) = (Timestamp::MIN, 0);
    move |_, time| {
        latest = latest.max(*time);
        count = (count + 1) % INTERVAL;
        (count == 0).then_some(latest - disorder)
    }
}

/// Takes in elements, and gives out what is complete as time goes on.
pub(crate) fn in_event_time<S: EventTime>(
    stream: Stream<impl Operator<Out = S::In> + 'static>,
    mut state: S,
) -> Stream<impl Operator<Out = S::Out>>
where
    S::Out: Clone + Send + 'static,
{
    let (mut now, mut ready, mut behind) = (Timestamp::MIN, Vec::new(), None);
    stream.rich_map_custom(move |mut input| {
        loop {
            if ready.is_empty() && behind.is_some() {
                state.advance_by(RESULTS, now, |result| ready.push(result));
            }
            if let Some(result) = ready.pop() {
                return StreamElement::Timestamped(result, now);
            }
            if let Some(message) = behind.take() {
                return message;
            }
            match input.next() {
                StreamElement::Item(element) | StreamElement::Timestamped(element, _) => state.add(element),
                StreamElement::Watermark(time) => (now, behind) = (time, Some(StreamElement::Watermark(time))),
                StreamElement::FlushAndRestart => {
                    (now, behind) = (Timestamp::MAX, Some(StreamElement::FlushAndRestart));
                }
                StreamElement::FlushBatch => return StreamElement::FlushBatch,
                StreamElement::Terminate => return StreamElement::Terminate,
            }
        }
    })
}
