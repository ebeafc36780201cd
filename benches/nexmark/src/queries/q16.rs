//! Query 16, *channel statistics report*: the same as query 15 for each channel, with the minute of its last bid.
//!
//! Definition: `q16` of Flink's NEXMark suite, with the differences of [query 15](super::q15).

use std::time::Duration;

use beamline::prelude::*;
use serde::{Deserialize, Serialize};

use super::rank::{Activity, Rank};
use crate::events::{Feed, Symbol};

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
        .of_bids(|bid| (bid.channel, (bid.date_time, Rank::of(bid.price), bid.bidder, bid.auction)))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine_per_key((
            Sum.of(|(_, rank, ..): &Facts| rank.within().map(u64::from)),
            last()
                .of(|(time, rank, ..): &Facts| rank.within().map(|within| if within { *time } else { Timestamp::MIN })),
            CountDistinct.of(|(_, _, bidder, _): &Facts| *bidder).when(|(_, rank, ..): &Facts| rank.within()),
            CountDistinct.of(|(.., auction): &Facts| *auction).when(|(_, rank, ..): &Facts| rank.within()),
        ))
        .flat_map(|(channel, (bids, last, bidders, auctions))| {
            Activity::of_ranks(bids, bidders, auctions).map(move |(rank, activity)| {
                let minute = minute(last[rank as usize]);
                ChannelDay { channel, rank, minute, activity }
            })
        })
}

/// The last time of each rank.
fn last() -> Absorb<impl Fn(&mut Times, Times) + Clone + Send + Sync> {
    Absorb::new(|last: &mut Times, times: Times| {
        last.iter_mut().zip(times).for_each(|(last, time)| *last = (*last).max(time));
    })
}

/// A time for each rank.
type Times = [Timestamp; 4];

/// The time of a bid, the rank of its price, the bidder and the auction.
type Facts = (Timestamp, Rank, u64, u64);

/// Such as `23:59`.
pub(crate) fn minute(time: Timestamp) -> String {
    time.to_string()[11..16].to_owned()
}
