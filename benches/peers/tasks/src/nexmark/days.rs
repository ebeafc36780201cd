//! What is kept of the bids of a day.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use beamline_nexmark::events::Bid;
use beamline_nexmark::queries::Rank;
use beamline_nexmark::queries::q17::AuctionDay;
use beamline_sdk::Timestamp;
use beamline_sdk::window::Window;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::sales::Price;
use crate::event_time::{EventTime, Windows};

const DAY: i64 = 86_400_000;

/// What is kept of a day.
pub trait Daily: Clone + Default + Send + 'static {
    /// What comes in.
    type In;
    /// What is said of the day.
    type Out;

    /// When something happened, in milliseconds since the epoch.
    fn millis(element: &Self::In) -> i64;

    /// Takes in something of the day.
    fn add(&mut self, element: Self::In);

    /// Says what the day came to, and keeps nothing of it.
    fn end(&mut self, emit: impl FnMut(Self::Out));
}

/// What is kept of each day. What is given out has the day when it is over.
#[derive(Clone, Debug, Default)]
pub struct Days<D>(Windows<D, DAY>);

impl<D: Daily> EventTime for Days<D> {
    type In = D::In;
    type Out = (Window, D::Out);

    #[inline]
    fn add(&mut self, element: D::In) {
        let millis = D::millis(&element);
        self.0.at(millis - millis.rem_euclid(DAY)).add(element);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Self::Out)) -> bool {
        let Some((start, mut day)) = self.0.close(watermark) else { return false };
        let window = Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + DAY) };
        day.end(|result| emit((window, result)));
        self.0.reuse(day);
        true
    }
}

/// The last bid of each bidder for each auction. Of several of the same instant it is the highest.
#[derive(Clone, Debug, Default)]
pub struct LastBids(HashMap<(u64, u64), Bid, FixedState>);

impl Daily for LastBids {
    type In = Bid;
    type Out = Bid;

    fn millis(bid: &Bid) -> i64 {
        bid.date_time.millis()
    }

    #[inline]
    fn add(&mut self, bid: Bid) {
        match self.0.entry((bid.bidder, bid.auction)) {
            Entry::Vacant(none) => drop(none.insert(bid)),
            Entry::Occupied(mut last) if (last.get().date_time, last.get()) < (bid.date_time, &bid) => {
                last.insert(bid);
            }
            Entry::Occupied(_) => {}
        }
    }

    fn end(&mut self, emit: impl FnMut(Bid)) {
        self.0.drain().map(|(_, bid)| bid).for_each(emit);
    }
}

/// The ten highest bids for each auction, with their ranks from one on.
#[derive(Clone, Debug, Default)]
pub struct TopTen(HashMap<u64, BinaryHeap<Reverse<ByPrice>>, FixedState>);

/// A bid in the order of prices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ByPrice(u64, Bid);

impl Daily for TopTen {
    type In = Bid;
    type Out = (u64, Bid);

    fn millis(bid: &Bid) -> i64 {
        bid.date_time.millis()
    }

    fn add(&mut self, bid: Bid) {
        let best = self.0.entry(bid.auction).or_default();
        let bid = Reverse(ByPrice(bid.price, bid));
        if best.len() < 10 {
            best.push(bid);
        } else if let Some(mut least) = best.peek_mut()
            && bid < *least
        {
            *least = bid;
        }
    }

    fn end(&mut self, mut emit: impl FnMut((u64, Bid))) {
        for (_, best) in self.0.drain() {
            (1..).zip(best.into_sorted_vec()).for_each(|(rank, Reverse(ByPrice(_, bid)))| emit((rank, bid)));
        }
    }
}

/// The bids for each auction, and their prices.
#[derive(Clone, Debug, Default)]
pub struct Prices(HashMap<u64, AuctionDay, FixedState>);

impl Daily for Prices {
    type In = Price;
    type Out = AuctionDay;

    fn millis(price: &Price) -> i64 {
        price.millis
    }

    #[inline]
    fn add(&mut self, Price { auction, price, .. }: Price) {
        let nothing =
            || AuctionDay { auction, bids: 0, by_rank: [0; 3], least: price, greatest: price, average: 0, total: 0 };
        let day = self.0.entry(auction).or_insert_with(nothing);
        day.bids += 1;
        let rank = match Rank::of(price) {
            Rank::Any | Rank::Low => 0,
            Rank::Middle => 1,
            Rank::High => 2,
        };
        day.by_rank[rank] += 1;
        day.least = day.least.min(price);
        day.greatest = day.greatest.max(price);
        day.total += price;
    }

    fn end(&mut self, mut emit: impl FnMut(AuctionDay)) {
        for (_, day) in self.0.drain() {
            emit(AuctionDay { average: day.total / day.bids, ..day });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::hash::Hash;

    use beamline_nexmark::events::{Event, Symbol};

    use super::*;
    use crate::nexmark::testing::{digests, disordered, in_order, through};

    /// What is said of bids in disorder, which is the same as of bids in order.
    fn said<D: Daily<Out: Debug + Hash>>(needed: fn(&Bid) -> D::In) -> Vec<D::Out> {
        let needed = |event: Event| event.bid().map(|bid| needed(&bid));
        let said = through(Days::<D>::default(), disordered(), needed);
        assert_eq!(digests(&said), digests(&through(Days::<D>::default(), in_order(), needed)));
        said.into_iter().map(|(_, result)| result).collect()
    }

    fn bid(auction: u64, bidder: u64, price: u64, millis: i64) -> Bid {
        let (channel, url) = (Symbol::of("a"), Symbol::of("b"));
        Bid { auction, bidder, price, channel, url, date_time: Timestamp::from_millis(millis), extra: String::new() }
    }

    #[test]
    fn the_last_bid_is_the_highest_of_its_instant() {
        assert!(said::<LastBids>(Bid::clone).len() > 1_000);
        let mut last = LastBids::default();
        [bid(1, 2, 5, 10), bid(1, 2, 7, 10), bid(1, 2, 6, 10), bid(1, 2, 9, 9)]
            .into_iter()
            .for_each(|bid| last.add(bid));
        last.end(|found| assert_eq!(found, bid(1, 2, 7, 10)));
    }

    #[test]
    fn ten_bids_are_left_with_the_highest_first() {
        assert!(said::<TopTen>(Bid::clone).iter().any(|(rank, _)| *rank == 10));
        let mut top = TopTen::default();
        (0..30).for_each(|number| top.add(bid(1, number, number * 7 % 30, 0)));
        let mut found = Vec::new();
        top.end(|(rank, bid)| found.push((rank, bid.price)));
        assert_eq!(found, (1..=10).map(|rank| (rank, 30 - rank)).collect::<Vec<_>>());
    }

    #[test]
    fn prices_are_counted_by_rank() {
        assert!(said::<Prices>(|bid| Price::from(bid)).len() > 100);
        let mut prices = Prices::default();
        [1, 9_999, 10_000, 1_000_000].into_iter().for_each(|price| prices.add(Price { auction: 3, price, millis: 0 }));
        let (least, greatest, total) = (1, 1_000_000, 1_020_000);
        let by_rank = [2, 1, 1];
        let expected = AuctionDay { auction: 3, bids: 4, by_rank, least, greatest, average: 255_000, total };
        prices.end(|day| assert_eq!(day, expected));
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let mut days = Days::<Prices>::default();
        [DAY - 1, DAY, DAY + 1].into_iter().for_each(|millis| days.add(Price { auction: 3, price: 5, millis }));
        assert!(!days.advance(DAY - 1, |day| panic!("{day:?}")));
        let mut bids = Vec::new();
        while days.advance(2 * DAY, |(window, day)| bids.push((window.start.millis(), day.bids))) {}
        assert_eq!(bids, [(0, 1), (DAY, 2)]);
    }
}
