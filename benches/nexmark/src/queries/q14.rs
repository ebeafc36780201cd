//! Query 14, *calculation*: bids of middling prices, converted, classified by the hour, with a count of letters.
//!
//! Definition: `q14` of Flink's NEXMark suite.

use beamline::prelude::*;
use serde::{Deserialize, Serialize};

use crate::events::{Bid, Feed};

/// A part of the day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BidTime {
    /// From 8:00 to 18:59.
    Day,
    /// From 20:00 to 6:59.
    Night,
    /// The rest.
    Other,
}

/// A bid with what has been calculated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calculated {
    /// The auction.
    pub auction: u64,
    /// The bidder.
    pub bidder: u64,
    /// 0.908 times the price, in thousandths of a cent.
    pub price: u64,
    /// When the bid was made, roughly.
    pub time: BidTime,
    /// When the bid was made.
    pub date_time: Timestamp,
    /// The letters of the bid that mean nothing.
    pub extra: String,
    /// How many of them are a `c`.
    pub count_of_c: u64,
}

/// Bids between 10,000 and 500,000 dollars times 0.908, without these two.
pub fn calculation(events: &impl Feed) -> PCollection<Calculated> {
    events.only(|event| calculate(event.bid()?))
}

/// What is calculated of a bid, if its price is neither low nor high.
#[inline]
pub fn calculate(bid: Bid) -> Option<Calculated> {
    let price = bid.price * 908;
    (1_000_000_000 < price && price < 50_000_000_000).then(|| Calculated {
        auction: bid.auction,
        bidder: bid.bidder,
        price,
        time: BidTime::of(bid.date_time),
        date_time: bid.date_time,
        count_of_c: bid.extra.matches('c').count() as u64,
        extra: bid.extra,
    })
}

impl BidTime {
    fn of(time: Timestamp) -> Self {
        match time.millis() / 3_600_000 % 24 {
            8..=18 => Self::Day,
            20.. | ..=6 => Self::Night,
            _ => Self::Other,
        }
    }
}
