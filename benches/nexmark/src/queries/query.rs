//! Queries by their numbers.

use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;

use beamline::prelude::*;
use clap::ValueEnum;

use super::{
    q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16, q17, q18, q19, q20, q21, q22,
};
use crate::events::Event;
use crate::results::at_the_end;

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

/// What is done with the results of a query, whatever their type.
pub trait Audience {
    /// Shows some of them.
    fn show<T: Element + Debug>(&self, results: &PCollection<T>);

    /// Counts and compares all of them.
    fn check<T: Element + Hash>(&self, results: &PCollection<T>);

    /// Both.
    fn see<T: Element + Debug + Hash>(&self, results: &PCollection<T>) {
        self.show(results);
        self.check(results);
    }
}

impl Query {
    /// Builds the query, and shows its results to an audience. `folder` is for query 10, which writes files.
    pub fn build(self, events: &PCollection<Event>, folder: &Path, audience: &impl Audience) {
        match self {
            Self::Q0 => audience.see(&q00::pass_through(events)),
            Self::Q1 => audience.see(&q01::currency_conversion(events)),
            Self::Q2 => audience.see(&q02::selection(events)),
            Self::Q3 => audience.see(&q03::local_item_suggestion(events)),
            Self::Q4 => audience.see(&q04::average_price_for_category(events)),
            Self::Q5 => audience.see(&q05::hot_items(events)),
            Self::Q6 => audience.see(&q06::average_selling_price(events)),
            Self::Q7 => audience.see(&q07::highest_bid(events)),
            Self::Q8 => audience.see(&q08::monitor_new_users(events)),
            Self::Q9 => audience.see(&q09::winning_bids(events)),
            Self::Q10 => see_files(events, folder, audience),
            Self::Q11 => audience.see(&q11::user_sessions(events)),
            Self::Q12 => see_by_the_clock(events, audience),
            Self::Q13 => audience.see(&q13::side_input_join(events)),
            Self::Q14 => audience.see(&q14::calculation(events)),
            Self::Q15 => audience.see(&q15::bidding_statistics(events)),
            Self::Q16 => audience.see(&q16::channel_statistics(events)),
            Self::Q17 => audience.see(&q17::auction_statistics(events)),
            Self::Q18 => audience.see(&q18::last_bid(events)),
            Self::Q19 => audience.see(&q19::auction_top_ten(events)),
            Self::Q20 => audience.see(&q20::expand_bid(events)),
            Self::Q21 => audience.see(&q21::add_channel_id(events)),
            Self::Q22 => audience.see(&q22::url_directories(events)),
        }
    }
}

/// Which shard a line comes into is nobody's business: what is compared is how many lines each window has.
fn see_files(events: &PCollection<Event>, folder: &Path, audience: &impl Audience) {
    let files = q10::log_to_files(events, folder);
    audience.show(&files.map(|file| file.path));
    audience.check(&files.map(|file| file.rows).combine(Sum));
}

/// What the clock divides differently in each run is added up again to be compared.
fn see_by_the_clock(events: &PCollection<Event>, audience: &impl Audience) {
    let counts = q12::processing_time_windows(events);
    audience.show(&counts);
    audience.check(&at_the_end(&counts).combine_per_key(Sum).named("AddUp"));
}
