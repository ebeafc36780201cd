//! Persons, and what they do.

use renoir::StreamContext;

use beamline_bench_data::clicks::Click;
use beamline_nexmark::events::Store;
use beamline_sdk::window::Window;
use peer_tasks::event_time::Sessions;
use peer_tasks::nexmark::{
    LocalItems, NewUser, NewUsers, Side, digest, digest_of_session, local_item, nearby, ten_seconds_from,
};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::sum;

pub(super) fn local_item_suggestion(context: StreamContext, store: Store) -> u64 {
    let by_seller = events(&context, &store).filter_map(nearby).group_by(Side::key).drop_key();
    let pairs = in_event_time(by_seller, LocalItems::default());
    sum(context, pairs.map(|pair| digest(Window::GLOBAL, &local_item(pair))))
}

pub(super) fn monitor_new_users(context: StreamContext, store: Store) -> u64 {
    let by_user = events(&context, &store).filter_map(NewUser::of).group_by(|user| user.id).drop_key();
    let users = in_event_time(by_user, NewUsers::default());
    sum(context, users.map(|(window, user)| digest(ten_seconds_from(window), &user)))
}

pub(super) fn user_sessions(context: StreamContext, store: Store) -> u64 {
    let bids = events(&context, &store)
        .filter_map(|event| event.bid().map(|bid| Click { user: bid.bidder, millis: bid.date_time.millis() }));
    let sessions = in_event_time(bids.group_by(|bid| bid.user).drop_key(), Sessions::<10_000, 0>::default());
    sum(context, sessions.map(|session| digest_of_session(&session)))
}

/// What a clock would divide, in one piece.
pub(super) fn bids_per_user(context: StreamContext, store: Store) -> u64 {
    let bidders = events(&context, &store).filter_map(|event| event.bid().map(|bid| bid.bidder));
    let counts = bidders.group_by_count(|bidder| *bidder).unkey();
    sum(context, counts.map(|(bidder, many)| digest(Window::GLOBAL, &(bidder, many as u64))))
}
