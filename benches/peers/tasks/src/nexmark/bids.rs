//! What is done with one bid.

use beamline_nexmark::events::{Bid, Symbol};
use beamline_nexmark::queries::q02::SKIP;
use beamline_nexmark::queries::q13::ROWS;
use beamline_nexmark::queries::q14::{BidTime, Calculated};
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

/// Query 14: the bid converted and classified, if its price is neither low nor high.
#[inline]
pub fn calculation(bid: Bid) -> Option<Calculated> {
    let price = bid.price * 908;
    (1_000_000_000 < price && price < 50_000_000_000).then(|| Calculated {
        auction: bid.auction,
        bidder: bid.bidder,
        price,
        time: match bid.date_time.millis() / 3_600_000 % 24 {
            8..=18 => BidTime::Day,
            20.. | ..=6 => BidTime::Night,
            _ => BidTime::Other,
        },
        date_time: bid.date_time,
        count_of_c: bid.extra.bytes().filter(|letter| *letter == b'c').count() as u64,
        extra: bid.extra,
    })
}

/// Query 21: the bid with the number of its channel, if there is one.
#[inline]
pub fn with_channel_id(bid: Bid) -> Option<(u64, u64, u64, Symbol, String)> {
    let id = match &*bid.channel {
        "Apple" => "0",
        "Google" => "1",
        "Facebook" => "2",
        "Baidu" => "3",
        _ => bid.url.split('&').find_map(|parameter| parameter.strip_prefix("channel_id="))?,
    };
    Some((bid.auction, bid.bidder, bid.price, bid.channel, id.to_owned()))
}

/// Query 22: the bid with three folders of its page.
#[inline]
pub fn with_folders(bid: Bid) -> (u64, u64, u64, Symbol, [String; 3]) {
    let mut folders = bid.url.split('/').skip(3);
    let folders = std::array::from_fn(|_| folders.next().unwrap_or_default().to_owned());
    (bid.auction, bid.bidder, bid.price, bid.channel, folders)
}
