//! Where events come from.

use timely::container::CapacityContainerBuilder;
use timely::dataflow::operators::generic::operator::source;
use timely::dataflow::{Scope, StreamVec};

use beamline_nexmark::events::{Event, Store};

use crate::run::Time;

/// What a query needs of the events: the worker has every n-th block, so that all of them come forward in event time together.
pub(super) fn events<'scope, D: Clone + 'static>(
    scope: Scope<'scope, Time>,
    store: &Store,
    mut needed: impl FnMut(Event) -> Option<D> + 'static,
) -> StreamVec<'scope, Time, D> {
    let mut blocks = store.blocks(scope.index(), scope.peers()).expect("the events can be read");
    source::<_, CapacityContainerBuilder<Vec<D>>, _, _>(scope, "Events", move |capability, info| {
        let again = scope.activator_for(info.address);
        let mut capability = Some(capability);
        move |output| {
            let Some(block) = blocks.next() else { return capability = None };
            let Some(time) = &mut capability else { return };
            let block = block.expect("the events can be read");
            time.downgrade(&block.least().millis());
            let events = block.map(|event| event.expect("the file is not damaged"));
            output.session(time).give_iterator(events.filter_map(&mut needed));
            again.activate();
        }
    })
}
