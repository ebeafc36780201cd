//! One event at a time.

use beamline::window::Window;

use crate::events::{Bid, Event};
use crate::queries::q02::SKIP;
use crate::results::Summary;

pub(super) fn pass_through(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    events.for_each(|event| summary.add(Window::GLOBAL, &event));
    summary
}

pub(super) fn currency_conversion(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    for bid in events.filter_map(Event::bid) {
        summary.add(Window::GLOBAL, &Bid { price: bid.price * 89 / 100, ..bid });
    }
    summary
}

pub(super) fn selection(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    for event in events {
        if let Event::Bid(bid) = event
            && bid.auction.is_multiple_of(SKIP)
        {
            summary.add(Window::GLOBAL, &(bid.auction, bid.price));
        }
    }
    summary
}
