//! Queries about bidders.

use std::collections::BTreeMap;

use beamline::Timestamp;
use beamline::window::Window;
use beamline_nexmark::events::Event;

use super::{Results, bids, of_all_time};

pub(crate) fn user_sessions(events: &[Event]) -> Results<(u64, u64)> {
    let mut times: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    bids(events).for_each(|bid| times.entry(bid.bidder).or_default().push(bid.date_time.millis()));
    let mut results = Vec::new();
    for (bidder, mut times) in times {
        times.sort_unstable();
        for session in times.chunk_by(|a, b| b - a < 10_000) {
            let (first, last) = (session[0], session[session.len() - 1]);
            let window = Window { start: Timestamp::from_millis(first), end: Timestamp::from_millis(last + 10_000) };
            results.push((window, (bidder, session.len() as u64)));
        }
    }
    results
}

/// A clock that stands still does not divide anything.
pub(crate) fn bids_of_all_time(events: &[Event]) -> Results<(u64, u64)> {
    let mut counts = BTreeMap::new();
    bids(events).for_each(|bid| *counts.entry(bid.bidder).or_default() += 1);
    of_all_time(counts.into_iter())
}
