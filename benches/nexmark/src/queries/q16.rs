//! Query 16, *channel statistics report*: the same as query 15 for each channel, with the minute of its last bid.
//!
//! Definition: `q16` of Flink's NEXMark suite, with the differences of [query 15](super::q15).

use std::time::Duration;

use beamline::prelude::*;
use serde::{Deserialize, Serialize};

use super::rank::{Activity, Rank};
use crate::events::{Bid, Feed, Symbol};

/// A day of a channel, in a rank of prices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChannelDay {
    /// The channel.
    pub channel: Symbol,
    /// Which prices.
    pub rank: Rank,
    /// The minute of the last bid, such as `23:59`.
    pub minute: String,
    /// What went on.
    pub activity: Activity,
}

/// What went on in each channel and rank of prices, for each day.
pub fn channel_statistics(events: &impl Feed) -> PCollection<ChannelDay> {
    events
        .of_bids(|bid| (bid.channel, Rank::of(bid.price), facts(&bid)))
        .flat_map(|(channel, rank, facts)| [Rank::Any, rank].map(|rank| ((channel, rank), facts)))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine_per_key((
            Count,
            Max.of(|(time, _, _): &Facts| *time),
            CountDistinct.of(|(_, bidder, _): &Facts| *bidder),
            CountDistinct.of(|(_, _, auction): &Facts| *auction),
        ))
        .map(|((channel, rank), (bids, last, bidders, auctions))| ChannelDay {
            channel,
            rank,
            minute: minute(last),
            activity: Activity { bids, bidders, auctions },
        })
}

/// Such as `23:59`.
pub(crate) fn minute(time: Timestamp) -> String {
    time.to_string()[11..16].to_owned()
}

/// The time, the bidder and the auction.
type Facts = (Timestamp, u64, u64);

fn facts(bid: &Bid) -> Facts {
    (bid.date_time, bid.bidder, bid.auction)
}
