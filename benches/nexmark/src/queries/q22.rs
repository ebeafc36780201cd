//! Query 22, *get URL directories*: bids with the first three folders of the page that they were made on.
//!
//! Definition: `q22` of Flink's NEXMark suite.

use beamline::PCollection;

use crate::events::{Feed, Symbol};

/// The auction, the bidder, the price and the channel of each bid, and the folders.
pub fn url_directories(events: &impl Feed) -> PCollection<(u64, u64, u64, Symbol, [String; 3])> {
    events.bids().map(|bid| {
        let mut folders = bid.url.split('/').skip(3);
        let mut folder = || folders.next().unwrap_or_default().to_owned();
        (bid.auction, bid.bidder, bid.price, bid.channel, [folder(), folder(), folder()])
    })
}
