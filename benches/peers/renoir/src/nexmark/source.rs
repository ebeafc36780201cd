//! Where events come from.

use renoir::operator::{Operator, StreamElement};
use renoir::{Stream, StreamContext};

use beamline_nexmark::events::{Block, Event, Store};

use crate::run::batches;

/// All events: each thread has every n-th block, so that all of them come forward in event time together.
pub(super) fn events(context: &StreamContext, store: &Store) -> Stream<impl Operator<Out = Event> + 'static> {
    let store = store.clone();
    let every = move |index, peers| store.blocks(index as usize, peers as usize).expect("the events can be read");
    let blocks = context.stream_par_iter(every).batch_mode(batches());
    let mut events = None::<Block>;
    blocks.rich_map_custom(move |mut blocks| {
        if let Some(event) = events.as_mut().and_then(Block::next) {
            let event = event.expect("the file is not damaged");
            let time = event.date_time().millis();
            return StreamElement::Timestamped(event, time);
        }
        match blocks.next() {
            StreamElement::Item(block) | StreamElement::Timestamped(block, _) => {
                let least = events.insert(block.expect("the events can be read")).least();
                StreamElement::Watermark(least.millis())
            }
            StreamElement::Watermark(time) => StreamElement::Watermark(time),
            StreamElement::FlushAndRestart => StreamElement::FlushAndRestart,
            StreamElement::FlushBatch => StreamElement::FlushBatch,
            StreamElement::Terminate => StreamElement::Terminate,
        }
    })
}
