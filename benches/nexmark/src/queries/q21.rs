//! Query 21, *add channel id*: bids with the number of the channel that they were made on.
//!
//! Definition: `q21` of Flink's NEXMark suite.

use beamline::PCollection;

use crate::events::{Feed, Symbol};

/// The auction, the bidder, the price and the channel of each bid, and the number of the channel: one of our own for the
/// great ones, that in the page's address for others. Bids on channels without any are left out.
pub fn add_channel_id(events: &impl Feed) -> PCollection<(u64, u64, u64, Symbol, String)> {
    events.bids().flat_map(|bid| {
        let id = channel_id(&bid.channel, &bid.url)?;
        Some((bid.auction, bid.bidder, bid.price, bid.channel, id.to_owned()))
    })
}

/// The number of a channel, by its name or by a page of it.
#[inline]
pub fn channel_id<'a>(channel: &str, url: &'a str) -> Option<&'a str> {
    match channel {
        "Apple" => Some("0"),
        "Google" => Some("1"),
        "Facebook" => Some("2"),
        "Baidu" => Some("3"),
        _ => url.split('&').find_map(|parameter| parameter.strip_prefix("channel_id=")),
    }
}
