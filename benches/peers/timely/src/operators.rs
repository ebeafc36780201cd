//! The operators that timely leaves to its users.

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::ParallelizationContract;
use timely::dataflow::operators::generic::operator::{Operator, source};
use timely::dataflow::{Scope, StreamVec};

use peer_tasks::event_time::EventTime;
use peer_tasks::pieces::Pieces;

use crate::run::Time;

/// How many elements an operator gives out before it lets the others work.
const BATCH: usize = 1 << 14;

/// Every n-th element of a stream for each of n workers, so that all of them come forward in event time together.
pub(crate) fn live<D: Clone + 'static>(
    scope: Scope<'_, Time>,
    count: u64,
    element: impl Fn(u64) -> D + 'static,
    least: impl Fn(u64) -> Time + 'static,
) -> StreamVec<'_, Time, D> {
    let every = (scope.index() as u64..count).step_by(scope.peers());
    in_batches(scope, BATCH, every, move |index| least(*index), element)
}

/// The worker's part of a stream with an end, of which no element waits for another.
pub(crate) fn part<D: Clone + 'static>(
    scope: Scope<'_, Time>,
    count: u64,
    element: impl Fn(u64) -> D + 'static,
) -> StreamVec<'_, Time, D> {
    let (index, peers) = (scope.index() as u64, scope.peers() as u64);
    let part = count * index / peers..count * (index + 1) / peers;
    in_batches(scope, BATCH, part, |_| Time::MIN, element)
}

/// The worker's part of a text, in pieces of whole lines.
pub(crate) fn text<'scope>(scope: Scope<'scope, Time>, path: &Path) -> StreamVec<'scope, Time, Vec<u8>> {
    let pieces = Pieces::open(path, scope.index() as u64, scope.peers() as u64).expect("the input can be opened");
    in_batches(scope, 1, pieces, |_| Time::MIN, |piece| piece.expect("the input can be read"))
}

/// Elements made of places, so many at a time, and not earlier than the time of the first.
fn in_batches<P: 'static, D: Clone + 'static>(
    scope: Scope<'_, Time>,
    batch: usize,
    places: impl Iterator<Item = P> + 'static,
    least: impl Fn(&P) -> Time + 'static,
    element: impl Fn(P) -> D + 'static,
) -> StreamVec<'_, Time, D> {
    source::<_, CapacityContainerBuilder<Vec<D>>, _, _>(scope, "Source", move |capability, info| {
        let again = scope.activator_for(info.address);
        let (mut left, mut capability) = (places.peekable(), Some(capability));
        move |output| {
            let Some(next) = left.peek() else { return capability = None };
            let Some(time) = &mut capability else { return };
            time.downgrade(&least(next));
            output.session(time).give_iterator(left.by_ref().take(batch).map(&element));
            again.activate();
        }
    })
}

/// Takes in elements, and gives out what is complete as time goes on.
pub(crate) fn in_event_time<'scope, S: EventTime, P: ParallelizationContract<Time, Vec<S::In>>>(
    stream: StreamVec<'scope, Time, S::In>,
    pact: P,
    name: &str,
    mut state: S,
) -> StreamVec<'scope, Time, S::Out>
where
    S::In: 'static,
    S::Out: Clone + 'static,
{
    let scope = stream.scope();
    stream.unary_frontier::<CapacityContainerBuilder<Vec<S::Out>>, _, _, _>(pact, name, |capability, info| {
        let again = scope.activator_for(info.address);
        let mut capability = Some(capability);
        move |(input, frontier), output| {
            input.for_each(|_, elements| elements.drain(..).for_each(|element| state.add(element)));
            let Some(held) = &mut capability else { return };
            let time = frontier.frontier().first().copied();
            if time != Some(*held.time()) {
                let mut session = output.session(held);
                if state.advance_by(BATCH, time.unwrap_or(Time::MAX), |result| session.give(result)) {
                    return again.activate();
                }
            }
            match time {
                Some(time) => held.downgrade(&time),
                None => capability = None,
            }
        }
    })
}

/// Takes in elements, and gives out what they make at the end.
pub(crate) fn at_the_end<'scope, S: Default + 'static, D: Clone + 'static, I: IntoIterator<Item: Clone + 'static>>(
    stream: StreamVec<'scope, Time, D>,
    pact: impl ParallelizationContract<Time, Vec<D>>,
    name: &str,
    mut add: impl FnMut(&mut S, D) + 'static,
    results: impl Fn(S) -> I + 'static,
) -> StreamVec<'scope, Time, I::Item> {
    stream.unary_frontier::<CapacityContainerBuilder<Vec<I::Item>>, _, _, _>(pact, name, |capability, _| {
        let mut running = Some((capability, S::default()));
        move |(input, frontier), output| {
            if let Some((_, state)) = &mut running {
                input.for_each(|_, elements| elements.drain(..).for_each(|element| add(state, element)));
            }
            if frontier.is_empty()
                && let Some((capability, state)) = running.take()
            {
                output.session(&capability).give_iterator(results(state).into_iter());
            }
        }
    })
}

/// A table with numbers as keys.
pub(crate) type Table = HashMap<u64, u64, FixedState>;
