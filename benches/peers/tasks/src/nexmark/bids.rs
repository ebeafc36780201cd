//! What is done with one bid.

use beamline_nexmark::events::{Bid, Symbol};
use beamline_nexmark::queries::q02::SKIP;
use beamline_nexmark::queries::q13::ROWS;
use beamline_nexmark::queries::q21::channel_id;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Query 1: the bid with its price in euros.
#[inline]
pub fn in_euros(bid: Bid) -> Bid {
    Bid { price: bid.price * 89 / 100, ..bid }
}

/// Query 2: the auction and the price, if the auction is one of those that are looked for.
#[inline]
pub fn selection(bid: Bid) -> Option<(u64, u64)> {
    bid.auction.is_multiple_of(SKIP).then_some((bid.auction, bid.price))
}

/// The rows of query 13.
pub type Rows = HashMap<u64, String, FixedState>;

/// The small table of query 13.
pub fn rows() -> Rows {
    (0..ROWS).map(|row| (row, format!("row {row}"))).collect()
}

/// Query 13: the bid with a row of the table.
#[inline]
pub fn with_row(bid: Bid, rows: &Rows) -> (u64, u64, u64, String) {
    (bid.auction, bid.bidder, bid.price, rows[&(bid.auction % ROWS)].clone())
}

/// Query 21: the bid with the number of its channel, if there is one.
#[inline]
pub fn with_channel_id(bid: Bid) -> Option<(u64, u64, u64, Symbol, String)> {
    let id = channel_id(&bid.channel, &bid.url)?;
    Some((bid.auction, bid.bidder, bid.price, bid.channel, id.to_owned()))
}

/// Query 22: the bid with three folders of its page.
#[inline]
pub fn with_folders(bid: Bid) -> (u64, u64, u64, Symbol, [String; 3]) {
    let mut folders = bid.url.split('/').skip(3);
    let mut folder = || folders.next().unwrap_or_default().to_owned();
    (bid.auction, bid.bidder, bid.price, bid.channel, [folder(), folder(), folder()])
}
