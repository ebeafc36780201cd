//! How much went on each day, by price: bids, and how many different bidders and auctions they were of.

use beamline_nexmark::events::{Bid, Symbol};
use beamline_nexmark::queries::q16::ChannelDay;
use beamline_nexmark::queries::{Activity, Rank};
use beamline_sdk::Timestamp;
use beamline_sdk::window::Window;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::days::Daily;

const RANKS: [Rank; 4] = [Rank::Any, Rank::Low, Rank::Middle, Rank::High];

/// What the statistics need of a bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The website that it was made on.
    pub channel: Symbol,
    /// Who bids.
    pub bidder: u64,
    /// What for.
    pub auction: u64,
    /// How much.
    pub price: u64,
    /// When, in milliseconds since the epoch.
    pub millis: i64,
}

impl From<&Bid> for Made {
    fn from(bid: &Bid) -> Self {
        let Bid { channel, bidder, auction, price, .. } = *bid;
        Self { channel, bidder, auction, price, millis: bid.date_time.millis() }
    }
}

/// Bids of a day, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// How many of each rank.
    bids: [u64; 4],
    /// The time of the last one of each rank.
    last: [i64; 4],
    bidders: Members,
    auctions: Members,
}

/// Numbers with the ranks that they are in, a bit for each.
type Members = HashMap<u64, u8, FixedState>;

impl Seen {
    #[inline]
    fn see(&mut self, bid: &Made) {
        let rank = match Rank::of(bid.price) {
            Rank::Any | Rank::Low => 1,
            Rank::Middle => 2,
            Rank::High => 3,
        };
        for rank in [0, rank] {
            self.bids[rank] += 1;
            self.last[rank] = self.last[rank].max(bid.millis);
        }
        *self.bidders.entry(bid.bidder).or_default() |= 1 | 1 << rank;
        *self.auctions.entry(bid.auction).or_default() |= 1 | 1 << rank;
    }

    fn activities(&self) -> [Activity; 4] {
        let mut activities = self.bids.map(|bids| Activity { bids, bidders: 0, auctions: 0 });
        for (rank, activity) in activities.iter_mut().enumerate() {
            let many = |members: &Members| members.values().filter(|ranks| *ranks >> rank & 1 == 1).count() as u64;
            (activity.bidders, activity.auctions) = (many(&self.bidders), many(&self.auctions));
        }
        activities
    }
}

/// What a thread has seen, in parts that go to their owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// So many bids of each rank.
    Bids([u64; 4]),
    /// A bidder, and a bit for each rank.
    Bidder(u64, u8),
    /// An auction, and a bit for each rank.
    Auction(u64, u8),
}

impl Part {
    /// What its owner is found by.
    pub const fn key(&self) -> u64 {
        match self {
            Self::Bids(_) => 0,
            Self::Bidder(id, _) | Self::Auction(id, _) => *id,
        }
    }
}

/// The bids that a thread has seen, and their bidders and auctions.
impl Daily for Seen {
    type In = Made;
    type Out = Part;

    fn millis(bid: &Made) -> i64 {
        bid.millis
    }

    #[inline]
    fn add(&mut self, bid: Made) {
        self.see(&bid);
    }

    fn end(&mut self, mut emit: impl FnMut(Part)) {
        let Self { bids, bidders, auctions, .. } = std::mem::take(self);
        emit(Part::Bids(bids));
        bidders.into_iter().for_each(|(id, ranks)| emit(Part::Bidder(id, ranks)));
        auctions.into_iter().for_each(|(id, ranks)| emit(Part::Auction(id, ranks)));
    }
}

/// What several threads have seen of the bidders and auctions of an owner, and how much that is for each rank.
#[derive(Clone, Debug, Default)]
pub struct Owned(Seen);

impl Daily for Owned {
    type In = (Window, Part);
    type Out = [Activity; 4];

    fn millis((day, _): &(Window, Part)) -> i64 {
        day.start.millis()
    }

    fn add(&mut self, (_, part): (Window, Part)) {
        match part {
            Part::Bids(bids) => self.0.bids.iter_mut().zip(bids).for_each(|(sum, bids)| *sum += bids),
            Part::Bidder(id, ranks) => *self.0.bidders.entry(id).or_default() |= ranks,
            Part::Auction(id, ranks) => *self.0.auctions.entry(id).or_default() |= ranks,
        }
    }

    fn end(&mut self, mut emit: impl FnMut([Activity; 4])) {
        emit(std::mem::take(&mut self.0).activities());
    }
}

/// What all owners have, together.
#[derive(Clone, Debug, Default)]
pub struct Total([[u64; 3]; 4]);

impl Daily for Total {
    type In = (Window, [Activity; 4]);
    type Out = (Rank, Activity);

    fn millis((day, _): &(Window, [Activity; 4])) -> i64 {
        day.start.millis()
    }

    fn add(&mut self, (_, activities): (Window, [Activity; 4])) {
        for (sums, Activity { bids, bidders, auctions }) in self.0.iter_mut().zip(activities) {
            sums.iter_mut().zip([bids, bidders, auctions]).for_each(|(sum, many)| *sum += many);
        }
    }

    fn end(&mut self, mut emit: impl FnMut((Rank, Activity))) {
        for (rank, [bids, bidders, auctions]) in RANKS.into_iter().zip(std::mem::take(self).0) {
            if bids > 0 {
                emit((rank, Activity { bids, bidders, auctions }));
            }
        }
    }
}

/// The bids of each channel.
#[derive(Clone, Debug, Default)]
pub struct Channels(HashMap<Symbol, Seen, FixedState>);

impl Daily for Channels {
    type In = Made;
    type Out = ChannelDay;

    fn millis(bid: &Made) -> i64 {
        bid.millis
    }

    #[inline]
    fn add(&mut self, bid: Made) {
        self.0.entry(bid.channel).or_default().see(&bid);
    }

    fn end(&mut self, mut emit: impl FnMut(ChannelDay)) {
        for (channel, seen) in self.0.drain() {
            for ((rank, last), activity) in RANKS.into_iter().zip(seen.last).zip(seen.activities()) {
                if activity.bids > 0 {
                    let minute = Timestamp::from_millis(last).to_string()[11..16].to_owned();
                    emit(ChannelDay { channel, rank, minute, activity });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::days::Days;
    use super::*;
    use crate::event_time::EventTime;
    use crate::nexmark::testing::{digests, disordered, in_order, through};

    fn made() -> Vec<Made> {
        in_order().into_iter().filter_map(|(_, event)| event.bid()).map(|bid| Made::from(&bid)).collect()
    }

    fn activity<'a>(bids: impl Iterator<Item = &'a Made> + Clone) -> Activity {
        let bidders: BTreeSet<_> = bids.clone().map(|bid| bid.bidder).collect();
        let auctions: BTreeSet<_> = bids.clone().map(|bid| bid.auction).collect();
        Activity { bids: bids.count() as u64, bidders: bidders.len() as u64, auctions: auctions.len() as u64 }
    }

    /// What goes through the state in the end.
    fn all<S: EventTime>(mut state: S, elements: impl IntoIterator<Item = S::In>) -> Vec<S::Out> {
        elements.into_iter().for_each(|element| state.add(element));
        let mut given = Vec::new();
        while state.advance(i64::MAX, |result| given.push(result)) {}
        given
    }

    #[test]
    fn threads_and_owners_together_count_each_bidder_and_auction_once() {
        let bids = made();
        let apart = bids.chunks(bids.len() / 3 + 1).flat_map(|part| all(Days::<Seen>::default(), part.to_vec()));
        let (even, odd): (Vec<_>, Vec<_>) = apart.partition(|(_, part)| part.key() % 2 == 0);
        let owned = [even, odd].map(|parts| all(Days::<Owned>::default(), parts));
        let found = all(Days::<Total>::default(), owned.into_iter().flatten());
        let found: Vec<_> = found.into_iter().map(|(_, result)| result).collect();
        let expected: Vec<_> = RANKS
            .into_iter()
            .map(|rank| (rank, activity(bids.iter().filter(|bid| rank == Rank::Any || Rank::of(bid.price) == rank))))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_channel_has_the_minute_of_its_last_bid_of_each_rank() {
        let channel = Symbol::of("Apple");
        let made = |price, millis| Made { channel, bidder: 1, auction: 2, price, millis };
        let mut channels = Channels::default();
        [made(5, 60_000), made(20_000, 180_000), made(6, 0)].into_iter().for_each(|bid| channels.add(bid));
        let mut found = Vec::new();
        channels.end(|day| found.push((day.rank, day.minute, day.activity.bids, day.activity.bidders)));
        let row = |rank, minute: &str, bids| (rank, minute.to_owned(), bids, 1);
        assert_eq!(found, [row(Rank::Any, "00:03", 3), row(Rank::Low, "00:01", 2), row(Rank::Middle, "00:03", 1)]);
    }

    #[test]
    fn channels_are_the_same_in_disorder() {
        let through =
            |events| through(Days::<Channels>::default(), events, |event| event.bid().map(|bid| Made::from(&bid)));
        assert_eq!(digests(&through(disordered())), digests(&through(in_order())));
    }
}
