//! One event at a time.

use std::hash::Hash;
use std::sync::Arc;

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_nexmark::events::{Bid, Event, Store};
use beamline_nexmark::queries::q14::calculate;
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{digest, in_euros, rows, selection as selected, with_channel_id, with_folders, with_row};

use super::source::events;
use crate::run::sum;

pub(super) fn pass_through(context: StreamContext, store: Store) -> u64 {
    let all = events(&context, &store).map(|event| event);
    checksum(context, all)
}

pub(super) fn currency_conversion(context: StreamContext, store: Store) -> u64 {
    let converted = bids(&context, &store).map(in_euros);
    checksum(context, converted)
}

pub(super) fn selection(context: StreamContext, store: Store) -> u64 {
    let some = bids(&context, &store).filter_map(selected);
    checksum(context, some)
}

pub(super) fn side_input_join(context: StreamContext, store: Store) -> u64 {
    let rows = Arc::new(rows());
    let joined = bids(&context, &store).map(move |bid| with_row(bid, &rows));
    checksum(context, joined)
}

pub(super) fn calculation(context: StreamContext, store: Store) -> u64 {
    let some = bids(&context, &store).filter_map(calculate);
    checksum(context, some)
}

pub(super) fn add_channel_id(context: StreamContext, store: Store) -> u64 {
    let some = bids(&context, &store).filter_map(with_channel_id);
    checksum(context, some)
}

pub(super) fn url_directories(context: StreamContext, store: Store) -> u64 {
    let all = bids(&context, &store).map(with_folders);
    checksum(context, all)
}

fn bids(context: &StreamContext, store: &Store) -> Stream<impl Operator<Out = Bid> + 'static> {
    events(context, store).filter_map(Event::bid)
}

fn checksum<T: Hash + Clone + Send + 'static>(
    context: StreamContext,
    results: Stream<impl Operator<Out = T> + 'static>,
) -> u64 {
    sum(context, results.map(|result| digest(Window::GLOBAL, &result)))
}
