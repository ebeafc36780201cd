//! Queries by their numbers.

use std::path::Path;

use beamline::prelude::*;
use clap::ValueEnum;

use super::{
    q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16, q17, q18, q19, q20, q21, q22,
};
use crate::events::Feed;
use crate::results::{Summary, at_the_end, look, sum_up};

/// One of the queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Query {
    /// Pass through: all events.
    Q0,
    /// Currency conversion: bids in euros.
    Q1,
    /// Selection: bids for particular auctions.
    Q2,
    /// Local item suggestion: auctions of some category of sellers in three states.
    Q3,
    /// Average price for a category.
    Q4,
    /// Hot items: the auctions with the most bids.
    Q5,
    /// Average selling price by seller.
    Q6,
    /// Highest bid.
    Q7,
    /// Monitor new users: who registers and opens an auction at once.
    Q8,
    /// Winning bids.
    Q9,
    /// Log to sharded files.
    Q10,
    /// User sessions: bids in each of them.
    Q11,
    /// Processing-time windows: bids of a user while we watch.
    Q12,
    /// Bounded side input join.
    Q13,
    /// Calculation.
    Q14,
    /// Bidding statistics report.
    Q15,
    /// Channel statistics report.
    Q16,
    /// Auction statistics report.
    Q17,
    /// Find last bid.
    Q18,
    /// Auction top ten.
    Q19,
    /// Expand bid with auction.
    Q20,
    /// Add channel id.
    Q21,
    /// Get URL directories.
    Q22,
}

impl Query {
    /// Builds the query: its first few results are printed, all of them are summed up. `folder` is for query 10, which writes
    /// files.
    pub fn build(self, events: &impl Feed, folder: &Path, show: usize) -> PCollection<Summary> {
        sum_up(&match self {
            Self::Q0 => look(&q00::pass_through(events), show),
            Self::Q1 => look(&q01::currency_conversion(events), show),
            Self::Q2 => look(&q02::selection(events), show),
            Self::Q3 => look(&q03::local_item_suggestion(events), show),
            Self::Q4 => look(&q04::average_price_for_category(events), show),
            Self::Q5 => look(&q05::hot_items(events), show),
            Self::Q6 => look(&q06::average_selling_price(events), show),
            Self::Q7 => look(&q07::highest_bid(events), show),
            Self::Q8 => look(&q08::monitor_new_users(events), show),
            Self::Q9 => look(&q09::winning_bids(events), show),
            Self::Q10 => look(&rows_in_files(events, folder), show),
            Self::Q11 => look(&q11::user_sessions(events), show),
            Self::Q12 => look(&all_by_the_clock(events), show),
            Self::Q13 => look(&q13::side_input_join(events), show),
            Self::Q14 => look(&q14::calculation(events), show),
            Self::Q15 => look(&q15::bidding_statistics(events), show),
            Self::Q16 => look(&q16::channel_statistics(events), show),
            Self::Q17 => look(&q17::auction_statistics(events), show),
            Self::Q18 => look(&q18::last_bid(events), show),
            Self::Q19 => look(&q19::auction_top_ten(events), show),
            Self::Q20 => look(&q20::expand_bid(events), show),
            Self::Q21 => look(&q21::add_channel_id(events), show),
            Self::Q22 => look(&q22::url_directories(events), show),
        })
    }
}

/// Which shard a line comes into is nobody's business: what is compared is how many lines each window has.
fn rows_in_files(events: &impl Feed, folder: &Path) -> PCollection<u64> {
    q10::log_to_files(events, folder).map(|file| file.rows).combine(Sum)
}

/// What the clock divides differently in each run is added up again to be compared.
fn all_by_the_clock(events: &impl Feed) -> PCollection<(u64, u64)> {
    at_the_end(&q12::processing_time_windows(events)).combine_per_key(Sum)
}
