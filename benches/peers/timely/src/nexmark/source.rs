//! Where events come from.

use timely::container::CapacityContainerBuilder;
use timely::dataflow::operators::generic::operator::source;
use timely::dataflow::{Scope, StreamVec};

use beamline_nexmark::events::{Event, Store};

use crate::run::Time;

/// How many blocks of a thousand events are read before other operators work: a tenth cheaper than one, and no dearer than more.
const BLOCKS: usize = 4;

/// What a query needs of the events: the worker has every n-th block, so that all of them come forward in event time together.
pub(super) fn events<'scope, D: Clone + 'static>(
    scope: Scope<'scope, Time>,
    store: &Store,
    mut needed: impl FnMut(Event) -> Option<D> + 'static,
) -> StreamVec<'scope, Time, D> {
    let blocks = store.blocks(scope.index(), scope.peers()).expect("the events can be read");
    let mut blocks = blocks.map(|block| block.expect("the events can be read")).peekable();
    source::<_, CapacityContainerBuilder<Vec<D>>, _, _>(scope, "Events", move |capability, info| {
        let again = scope.activator_for(info.address);
        let mut capability = Some(capability);
        move |output| {
            let Some(first) = blocks.peek() else { return capability = None };
            let Some(time) = &mut capability else { return };
            time.downgrade(&first.least().millis());
            let mut session = output.session(time);
            for block in blocks.by_ref().take(BLOCKS) {
                let events = block.map(|event| event.expect("the file is not damaged"));
                session.give_iterator(events.filter_map(&mut needed));
            }
            again.activate();
        }
    })
}
