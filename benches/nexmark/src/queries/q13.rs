//! Query 13, *bounded side input join*: bids with what a small table says about their auctions.
//!
//! Definition: `q13` of Flink's NEXMark suite, `BoundedSideInputJoin` of Beam's.

use beamline::prelude::*;

use crate::events::Feed;

/// How many rows the table has.
pub const ROWS: u64 = 500;

/// The auction, the bidder and the price of each bid, with the row of the table that the auction's number leads to.
pub fn side_input_join(events: &impl Feed) -> PCollection<(u64, u64, u64, String)> {
    let table = events.pipeline().create((0..ROWS).map(|row| (row, format!("row {row}")))).as_map();
    events
        .of_bids(|bid| (bid.auction, bid.bidder, bid.price))
        .with_side(table)
        .map(|(auction, bidder, price), table| (auction, bidder, price, table[&(auction % ROWS)].clone()))
}
