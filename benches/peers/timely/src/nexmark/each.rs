//! One event at a time.

use std::hash::Hash;

use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_nexmark::events::{Bid, Event, Store};
use beamline_nexmark::queries::q14::calculate;
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{digest, in_euros, rows, selection as selected, with_channel_id, with_folders, with_row};

use super::source::events;
use crate::run::Time;

type Digests<'scope> = StreamVec<'scope, Time, u64>;

pub(super) fn pass_through<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(events(scope, store, Some).map(|event| event))
}

pub(super) fn currency_conversion<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(bids(scope, store).map(in_euros))
}

pub(super) fn selection<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(bids(scope, store).flat_map(selected))
}

pub(super) fn side_input_join<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let rows = rows();
    digests(bids(scope, store).map(move |bid| with_row(bid, &rows)))
}

pub(super) fn calculation<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(bids(scope, store).flat_map(calculate))
}

pub(super) fn add_channel_id<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(bids(scope, store).flat_map(with_channel_id))
}

pub(super) fn url_directories<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    digests(bids(scope, store).map(with_folders))
}

fn bids<'scope>(scope: Scope<'scope, Time>, store: &Store) -> StreamVec<'scope, Time, Bid> {
    events(scope, store, Event::bid)
}

fn digests<T: Hash + Clone + 'static>(results: StreamVec<'_, Time, T>) -> Digests<'_> {
    results.map(|result| digest(Window::GLOBAL, &result))
}
