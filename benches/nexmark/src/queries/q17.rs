//! Query 17, *auction statistics report*: how many bids did each auction have on each day, and of what prices?
//!
//! Definition: `q17` of Flink's NEXMark suite, which shows a row anew with each bid where it is shown here when the day is
//! over.

use std::time::Duration;

use beamline::prelude::*;
use serde::{Deserialize, Serialize};

use super::rank::Rank;
use crate::events::Feed;

/// A day of an auction; prices are in cents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuctionDay {
    /// The auction.
    pub auction: u64,
    /// How many bids it had.
    pub bids: u64,
    /// How many of them were low, middle and high.
    pub by_rank: [u64; 3],
    /// The least price.
    pub least: u64,
    /// The greatest price.
    pub greatest: u64,
    /// The average price, rounded down.
    pub average: u64,
    /// All prices together.
    pub total: u64,
}

/// The bids for each auction, for each day.
pub fn auction_statistics(events: &impl Feed) -> PCollection<AuctionDay> {
    events
        .of_bids(|bid| (bid.auction, bid.price))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine_per_key(((count_of(Rank::Low), count_of(Rank::Middle), count_of(Rank::High)), Min, Max, Sum))
        .map(|(auction, ((low, middle, high), least, greatest, total))| {
            let bids = low + middle + high;
            let by_rank = [low, middle, high];
            AuctionDay { auction, bids, by_rank, least, greatest, average: total / bids, total }
        })
}

/// Counts prices of a rank.
fn count_of(rank: Rank) -> impl CombineFn<u64, Out = u64> {
    Sum.of(move |price: &u64| u64::from(Rank::of(*price) == rank))
}
