//! Persons and their auctions.

use beamline::Timestamp;
use beamline::window::Window;

use super::Table;
use super::windows::{floor, ten_seconds_from};
use crate::events::{Event, Person};
use crate::queries::q03::{LocalItem, registered};
use crate::results::Summary;

/// Sellers nearby, and auctions whose seller has not been heard of.
#[derive(Default)]
struct Neighbours {
    sellers: Table<u64, Box<Person>>,
    waiting: Table<u64, Vec<(u64, Timestamp)>>,
    summary: Summary,
}

impl Neighbours {
    fn register(&mut self, seller: Box<Person>) {
        if !matches!(&*seller.state, "or" | "id" | "ca") {
            return;
        }
        for (auction, opened) in self.waiting.remove(&seller.id).unwrap_or_default() {
            show(&mut self.summary, &seller, auction, opened);
        }
        self.sellers.insert(seller.id, seller);
    }

    fn open(&mut self, seller: u64, auction: u64, opened: Timestamp) {
        match self.sellers.get(&seller) {
            Some(seller) => show(&mut self.summary, seller, auction, opened),
            None => self.waiting.entry(seller).or_default().push((auction, opened)),
        }
    }
}

fn show(summary: &mut Summary, seller: &Person, auction: u64, opened: Timestamp) {
    if registered().contains(opened, seller.date_time) {
        let (name, city, state) = (seller.name.clone(), seller.city.clone(), seller.state.clone());
        summary.add(Window::GLOBAL, &LocalItem { name, city, state, auction });
    }
}

pub(super) fn local_item_suggestion(events: impl Iterator<Item = Event>) -> Summary {
    let mut neighbours = Neighbours::default();
    for event in events {
        match event {
            Event::Person(person) => neighbours.register(person),
            Event::Auction(auction) if auction.category == 10 => {
                neighbours.open(auction.seller, auction.id, auction.date_time);
            }
            _ => {}
        }
    }
    neighbours.summary
}

/// What happened in a window.
#[derive(Default)]
struct NewUsers {
    start: i64,
    names: Table<u64, String>,
    reserves: Vec<(u64, u64)>,
    summary: Summary,
}

impl NewUsers {
    fn go_to(&mut self, time: Timestamp) {
        if time.millis() >= self.start + 10_000 {
            self.end();
            self.start = floor(time, 10_000);
        }
    }

    fn end(&mut self) {
        for (seller, reserve) in self.reserves.drain(..) {
            if let Some(name) = self.names.get(&seller) {
                self.summary.add(ten_seconds_from(self.start), &(seller, name, reserve));
            }
        }
        self.names.clear();
    }
}

pub(super) fn monitor_new_users(events: impl Iterator<Item = Event>) -> Summary {
    let mut users = NewUsers::default();
    for event in events {
        match event {
            Event::Person(person) => {
                users.go_to(person.date_time);
                users.names.insert(person.id, person.name);
            }
            Event::Auction(auction) => {
                users.go_to(auction.date_time);
                users.reserves.push((auction.seller, auction.reserve));
            }
            Event::Bid(_) => {}
        }
    }
    users.end();
    users.summary
}
