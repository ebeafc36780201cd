//! Bids, day by day.

use beamline::window::Window;

use super::windows::{floor, window_from};
use crate::events::{Bid, Event};
use crate::results::Summary;

const DAY: i64 = 24 * 3_600_000;

/// What is kept of a day.
pub(super) trait Day: Default {
    fn take(&mut self, bid: Bid);
    fn show(&self, window: Window, summary: &mut Summary);
}

/// Ends each day with the first bid behind it.
pub(super) fn summary_of<D: Day>(events: impl Iterator<Item = Event>) -> Summary {
    let (mut summary, mut day, mut start) = (Summary::default(), D::default(), 0);
    for bid in events.filter_map(Event::bid) {
        if bid.date_time.millis() >= start + DAY {
            day.show(window_from(start, DAY), &mut summary);
            (day, start) = (D::default(), floor(bid.date_time, DAY));
        }
        day.take(bid);
    }
    day.show(window_from(start, DAY), &mut summary);
    summary
}
