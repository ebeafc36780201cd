//! Query 13, *bounded side input join*: bids with what a small table says about their auctions.
//!
//! Definition: `q13` of Flink's NEXMark suite, `BoundedSideInputJoin` of Beam's.

use beamline::prelude::*;

use crate::events::{Event, bids};

/// How many rows the table has.
pub const ROWS: u64 = 500;

/// The auction, the bidder and the price of each bid, with the row of the table that the auction's number leads to.
pub fn side_input_join(events: &PCollection<Event>) -> PCollection<(u64, u64, u64, String)> {
    let table = events.pipeline().create((0..ROWS).map(|row| (row, format!("row {row}")))).as_map();
    bids(events)
        .with_side(table)
        .map(|bid, table| (bid.auction, bid.bidder, bid.price, table[&(bid.auction % ROWS)].clone()))
}
