//! Persons, and what they do.

use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::clicks::Click;
use beamline_bench_data::rng::mix;
use beamline_nexmark::events::Store;
use beamline_sdk::window::Window;
use peer_tasks::event_time::Sessions;
use peer_tasks::nexmark::{
    LocalItems, Neighbour, NewUser, NewUsers, Side, digest, digest_of_session, local_item, nearby, ten_seconds_from,
};

use super::source::events;
use crate::operators::{Table, at_the_end, in_event_time};
use crate::run::Time;

type Digests<'scope> = StreamVec<'scope, Time, u64>;

pub(super) fn local_item_suggestion<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_seller = Exchange::new(|side: &Side<u64, Neighbour>| mix(side.key()));
    let pairs = in_event_time(events(scope, store, nearby), by_seller, "Join", LocalItems::default());
    pairs.map(|pair| digest(Window::GLOBAL, &local_item(pair)))
}

pub(super) fn monitor_new_users<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_user = Exchange::new(|user: &NewUser| mix(user.id));
    let users = in_event_time(events(scope, store, NewUser::of), by_user, "New users", NewUsers::default());
    users.map(|(window, user)| digest(ten_seconds_from(window), &user))
}

pub(super) fn user_sessions<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let bids =
        events(scope, store, |event| event.bid().map(|bid| Click { user: bid.bidder, millis: bid.date_time.millis() }));
    let by_bidder = Exchange::new(|bid: &Click| mix(bid.user));
    let sessions = in_event_time(bids, by_bidder, "Sessions", Sessions::<10_000, 0>::default());
    sessions.map(|session| digest_of_session(&session))
}

/// What a clock would divide, in one piece: bids are counted where they are read; the owner of a bidder adds up.
pub(super) fn bids_per_user<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let bidders = events(scope, store, |event| event.bid().map(|bid| (bid.bidder, 1)));
    let add = |counts: &mut Table, (bidder, many)| *counts.entry(bidder).or_insert(0) += many;
    let apart = at_the_end(bidders, Pipeline, "Count apart", add, Table::into_iter);
    let by_bidder = Exchange::new(|(bidder, _): &(u64, u64)| mix(*bidder));
    let counts = at_the_end(apart, by_bidder, "Count", add, Table::into_iter);
    counts.map(|count| digest(Window::GLOBAL, &count))
}
