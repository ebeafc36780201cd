//! Queries of the last ten seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use beamline::Timestamp;
use beamline::window::Window;
use beamline_nexmark::events::{Bid, Event};

use super::{Results, bids};

/// The ten seconds that an instant is in.
pub(crate) fn ten_seconds(time: Timestamp) -> Window {
    let start = Timestamp::from_millis(time.millis() / 10_000 * 10_000);
    Window { start, end: start + Duration::from_secs(10) }
}

/// The two spans of ten seconds that an instant is in, if one begins every five.
pub(crate) fn every_five_seconds(time: Timestamp) -> [Window; 2] {
    let start = Timestamp::from_millis(time.millis() / 5_000 * 5_000);
    [start - Duration::from_secs(5), start].map(|start| Window { start, end: start + Duration::from_secs(10) })
}

pub(crate) fn hot_items(events: &[Event]) -> Results<(u64, u64)> {
    let mut counts: BTreeMap<Window, BTreeMap<u64, u64>> = BTreeMap::new();
    for bid in bids(events) {
        for window in every_five_seconds(bid.date_time) {
            *counts.entry(window).or_default().entry(bid.auction).or_default() += 1;
        }
    }
    let mut results = Vec::new();
    for (window, counts) in counts {
        let most = counts.values().copied().max();
        let hottest = counts.into_iter().filter(|(_, count)| Some(*count) == most);
        results.extend(hottest.map(|auction| (window, auction)));
    }
    results
}

pub(crate) fn highest_bid(events: &[Event]) -> Results<Bid> {
    let mut windows: BTreeMap<Window, Vec<Bid>> = BTreeMap::new();
    for bid in bids(events) {
        windows.entry(ten_seconds(bid.date_time)).or_default().push(bid);
    }
    let mut results = Vec::new();
    for (window, bids) in windows {
        let highest = bids.iter().map(|bid| bid.price).max();
        results.extend(bids.into_iter().filter(|bid| Some(bid.price) == highest).map(|bid| (window, bid)));
    }
    results
}
