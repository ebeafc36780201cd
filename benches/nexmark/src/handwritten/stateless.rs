//! One event at a time.

use beamline::window::Window;

use crate::events::{Bid, Event};
use crate::queries::q02::SKIP;
use crate::queries::q13::ROWS;
use crate::queries::q14::calculate;
use crate::queries::q21::channel_id;
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

pub(super) fn side_input_join(events: impl Iterator<Item = Event>) -> Summary {
    let table: Vec<String> = (0..ROWS).map(|row| format!("row {row}")).collect();
    let mut summary = Summary::default();
    for bid in events.filter_map(Event::bid) {
        summary.add(Window::GLOBAL, &(bid.auction, bid.bidder, bid.price, &table[(bid.auction % ROWS) as usize]));
    }
    summary
}

pub(super) fn calculation(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    for bid in events.filter_map(Event::bid) {
        if let Some(calculated) = calculate(bid) {
            summary.add(Window::GLOBAL, &calculated);
        }
    }
    summary
}

pub(super) fn add_channel_id(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    for bid in events.filter_map(Event::bid) {
        if let Some(id) = channel_id(&bid.channel, &bid.url) {
            summary.add(Window::GLOBAL, &(bid.auction, bid.bidder, bid.price, &bid.channel, id));
        }
    }
    summary
}

pub(super) fn url_directories(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    for bid in events.filter_map(Event::bid) {
        let mut folders = bid.url.split('/').skip(3);
        let folders: [&str; 3] = std::array::from_fn(|_| folders.next().unwrap_or_default());
        summary.add(Window::GLOBAL, &(bid.auction, bid.bidder, bid.price, &bid.channel, folders));
    }
    summary
}
