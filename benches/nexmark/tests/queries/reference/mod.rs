//! Answers by going over all events, as often as it takes.

pub(crate) mod auctions;
pub(crate) mod days;
pub(crate) mod each;
pub(crate) mod joins;
pub(crate) mod users;
pub(crate) mod windows;

use beamline::window::Window;
use beamline_nexmark::events::{Auction, Bid, Event, Person};

/// Results with their windows.
pub(crate) type Results<T> = Vec<(Window, T)>;

fn bids(events: &[Event]) -> impl Iterator<Item = Bid> {
    events.iter().cloned().filter_map(Event::bid)
}

fn auctions_of(events: &[Event]) -> impl Iterator<Item = Auction> {
    events.iter().cloned().filter_map(Event::auction)
}

fn persons(events: &[Event]) -> impl Iterator<Item = Person> {
    events.iter().cloned().filter_map(Event::person)
}

/// Results that are in no particular window.
fn of_all_time<T>(results: impl Iterator<Item = T>) -> Results<T> {
    results.map(|result| (Window::GLOBAL, result)).collect()
}
