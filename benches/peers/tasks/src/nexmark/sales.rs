//! Auctions, and who wins them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use beamline_nexmark::events::{Auction, Bid};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::event_time::EventTime;

/// What is for sale.
pub trait Lot: Clone + Send + 'static {
    /// Its number.
    fn id(&self) -> u64;
    /// The least price.
    fn reserve(&self) -> u64;
    /// From when on bids are taken, in milliseconds since the epoch.
    fn opens(&self) -> i64;
    /// From when on bids are too late.
    fn expires(&self) -> i64;
}

/// What somebody would pay.
pub trait Offer: Clone + Send + 'static {
    /// What for.
    fn auction(&self) -> u64;
    /// How much.
    fn price(&self) -> u64;
    /// When, in milliseconds since the epoch.
    fn millis(&self) -> i64;
    /// Whether it wins over another one.
    fn beats(&self, other: &Self) -> bool;
}

impl Lot for Box<Auction> {
    fn id(&self) -> u64 {
        self.id
    }

    fn reserve(&self) -> u64 {
        self.reserve
    }

    fn opens(&self) -> i64 {
        self.date_time.millis()
    }

    fn expires(&self) -> i64 {
        self.expires.millis()
    }
}

impl Offer for Bid {
    fn auction(&self) -> u64 {
        self.auction
    }

    fn price(&self) -> u64 {
        self.price
    }

    fn millis(&self) -> i64 {
        self.date_time.millis()
    }

    /// The higher bid is the better one, then the earlier one; any other difference decides in the end.
    fn beats(&self, other: &Self) -> bool {
        let by_rank = |bid: &Self| (bid.price, Reverse(bid.date_time));
        (by_rank(self), self) > (by_rank(other), other)
    }
}

/// An auction without what only people look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Its number.
    pub id: u64,
    /// Who sells.
    pub seller: u64,
    /// What kind of thing it is.
    pub category: u64,
    /// The least price.
    pub reserve: u64,
    /// From when on bids are taken, in milliseconds since the epoch.
    pub opens: i64,
    /// From when on bids are too late.
    pub expires: i64,
}

impl From<&Auction> for Terms {
    fn from(auction: &Auction) -> Self {
        let Auction { id, seller, category, reserve, .. } = *auction;
        Self { id, seller, category, reserve, opens: auction.date_time.millis(), expires: auction.expires.millis() }
    }
}

impl Lot for Terms {
    fn id(&self) -> u64 {
        self.id
    }

    fn reserve(&self) -> u64 {
        self.reserve
    }

    fn opens(&self) -> i64 {
        self.opens
    }

    fn expires(&self) -> i64 {
        self.expires
    }
}

/// A bid where it does not matter whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// What for.
    pub auction: u64,
    /// How much.
    pub price: u64,
    /// When, in milliseconds since the epoch.
    pub millis: i64,
}

impl From<&Bid> for Price {
    fn from(bid: &Bid) -> Self {
        Self { auction: bid.auction, price: bid.price, millis: bid.date_time.millis() }
    }
}

impl Offer for Price {
    fn auction(&self) -> u64 {
        self.auction
    }

    fn price(&self) -> u64 {
        self.price
    }

    fn millis(&self) -> i64 {
        self.millis
    }

    fn beats(&self, other: &Self) -> bool {
        self.price > other.price
    }
}

/// An auction, or a bid for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sale<L, O> {
    /// The auction.
    Lot(L),
    /// A bid.
    Offer(O),
}

impl<L: Lot, O: Offer> Sale<L, O> {
    /// The number of the auction.
    #[inline]
    pub fn auction(&self) -> u64 {
        match self {
            Self::Lot(lot) => lot.id(),
            Self::Offer(offer) => offer.auction(),
        }
    }
}

/// Auctions that go on, each with its best bid so far. What is given out are those that have ended with a bid, and the bid.
#[derive(Clone, Debug)]
pub struct Sales<L, O> {
    open: HashMap<u64, Open<L, O>, FixedState>,
    ends: BinaryHeap<Reverse<(i64, u64)>>,
    early: Early<O>,
}

#[derive(Clone, Debug)]
struct Open<L, O> {
    lot: L,
    best: Option<O>,
}

impl<L: Lot, O: Offer> Open<L, O> {
    #[inline]
    fn bid(&mut self, offer: O) {
        let is_taken =
            (self.lot.opens()..self.lot.expires()).contains(&offer.millis()) && offer.price() >= self.lot.reserve();
        if is_taken && self.best.as_ref().is_none_or(|best| offer.beats(best)) {
            self.best = Some(offer);
        }
    }
}

/// Bids that have come before their auction, as long as it still may: those for auctions that have ended among them.
#[derive(Clone, Debug)]
struct Early<O> {
    by_auction: HashMap<u64, Vec<O>, FixedState>,
    watermark: i64,
    /// How many auctions there are when bids in vain are looked for again.
    limit: usize,
}

impl<O: Offer> Early<O> {
    fn add(&mut self, offer: O) {
        if offer.millis() >= self.watermark {
            self.by_auction.entry(offer.auction()).or_default().push(offer);
        }
    }

    /// An auction that has not come when time has passed the bid began later.
    fn advance(&mut self, watermark: i64) {
        self.watermark = watermark;
        if self.by_auction.len() >= self.limit {
            self.by_auction.retain(|_, offers| {
                offers.retain(|offer| offer.millis() >= watermark);
                !offers.is_empty()
            });
            self.limit = 2 * self.by_auction.len() + 64;
        }
    }
}

impl<L, O> Default for Sales<L, O> {
    fn default() -> Self {
        let early = Early { by_auction: HashMap::default(), watermark: i64::MIN, limit: 64 };
        Self { open: HashMap::default(), ends: BinaryHeap::new(), early }
    }
}

impl<L: Lot, O: Offer> EventTime for Sales<L, O> {
    type In = Sale<L, O>;
    type Out = (L, O);

    fn add(&mut self, sale: Sale<L, O>) {
        match sale {
            Sale::Offer(offer) => match self.open.get_mut(&offer.auction()) {
                Some(open) => open.bid(offer),
                None => self.early.add(offer),
            },
            Sale::Lot(lot) => {
                let id = lot.id();
                self.ends.push(Reverse((lot.expires(), id)));
                let mut open = Open { lot, best: None };
                self.early.by_auction.remove(&id).into_iter().flatten().for_each(|offer| open.bid(offer));
                self.open.insert(id, open);
            }
        }
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut((L, O))) -> bool {
        while let Some(Reverse((_, id))) = self.ends.peek().filter(|Reverse((end, _))| *end <= watermark).copied() {
            self.ends.pop();
            if let Some(Open { lot, best: Some(best) }) = self.open.remove(&id) {
                emit((lot, best));
            }
        }
        self.early.advance(watermark);
        false
    }
}

#[cfg(test)]
mod tests {
    use beamline_nexmark::events::Event;

    use super::*;
    use crate::nexmark::testing::{digests, disordered, in_order, through};

    fn sale(event: Event) -> Option<Sale<Box<Auction>, Bid>> {
        match event {
            Event::Auction(auction) => Some(Sale::Lot(auction)),
            Event::Bid(bid) => Some(Sale::Offer(bid)),
            Event::Person(_) => None,
        }
    }

    #[test]
    fn the_winners_are_those_of_events_in_order() {
        let all = || in_order().into_iter().map(|(_, event)| event);
        let bids: Vec<_> = all().filter_map(Event::bid).collect();
        let mut expected = Vec::new();
        for auction in all().filter_map(Event::auction).map(Box::new) {
            let taken = bids.iter().filter(|bid| {
                let is_in_time = (auction.date_time..auction.expires).contains(&bid.date_time);
                bid.auction == auction.id && is_in_time && bid.price >= auction.reserve
            });
            let best = taken.reduce(|a, b| if b.beats(a) { b } else { a }).cloned();
            expected.extend(best.map(|bid| (auction, bid)));
        }
        assert!(expected.len() > 100);
        let found = through(Sales::default(), disordered(), sale);
        assert_eq!(digests(&found), digests(&expected));
    }

    #[test]
    fn bids_in_vain_are_forgotten() {
        let mut sales = Sales::<Box<Auction>, Bid>::default();
        for (watermark, event) in disordered() {
            sales.advance(watermark, drop);
            sale(event).into_iter().for_each(|sale| sales.add(sale));
        }
        assert!(sales.early.by_auction.len() < 500, "{}", sales.early.by_auction.len());
        sales.advance(i64::MAX, drop);
        assert!(sales.open.is_empty() && sales.ends.is_empty());
    }

    #[test]
    fn bids_wait_for_their_auction_until_time_has_passed_them() {
        let terms = Terms { id: 1, seller: 2, category: 10, reserve: 5, opens: 100, expires: 200 };
        let price = |price, millis| Sale::Offer(Price { auction: 1, price, millis });
        let mut sales = Sales::default();
        for sale in [price(9, 99), price(4, 150), price(7, 100), price(6, 120)] {
            sales.add(sale);
        }
        sales.advance(100, |sold| panic!("{sold:?}"));
        for sale in [Sale::Lot(terms), price(8, 200), price(7, 199)] {
            sales.add(sale);
        }
        sales.advance(199, |sold| panic!("{sold:?}"));
        let mut sold = Vec::new();
        sales.advance(200, |result| sold.push(result));
        assert_eq!(sold, [(terms, Price { auction: 1, price: 7, millis: 100 })]);
    }
}
