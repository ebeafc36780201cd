//! Queries of NEXMark, while events come.

mod days;
mod each;
mod sales;
mod source;
mod users;
mod windows;

use std::error::Error;

use timely::dataflow::{Scope, StreamVec};

use beamline_nexmark::events::Store;
use beamline_nexmark::queries::Query;
use peer_tasks::arguments::Nexmark;

use crate::run::{Time, sum};

/// Builds a query, down to what each result adds to the checksum.
type Answer = for<'scope> fn(Scope<'scope, Time>, &Store) -> StreamVec<'scope, Time, u64>;

/// Answers a query.
pub(crate) fn run(work: &Nexmark) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let answer = answer(work.query).ok_or_else(|| format!("{:?} has not been written for timely", work.query))?;
    let store = work.open()?;
    Ok(sum(work.threads.count(), move |scope| answer(scope, &store))?)
}

fn answer(query: Query) -> Option<Answer> {
    Some(match query {
        Query::Q0 => each::pass_through,
        Query::Q1 => each::currency_conversion,
        Query::Q2 => each::selection,
        Query::Q3 => users::local_item_suggestion,
        Query::Q4 => sales::average_price_for_category,
        Query::Q5 => windows::hot_items,
        Query::Q6 => sales::average_selling_price,
        Query::Q7 => windows::highest_bid,
        Query::Q8 => users::monitor_new_users,
        Query::Q9 => sales::winning_bids,
        Query::Q11 => users::user_sessions,
        Query::Q12 => users::bids_per_user,
        Query::Q13 => each::side_input_join,
        Query::Q14 => each::calculation,
        Query::Q15 => days::bidding_statistics,
        Query::Q16 => days::channel_statistics,
        Query::Q17 => days::auction_statistics,
        Query::Q18 => days::last_bid,
        Query::Q19 => days::auction_top_ten,
        Query::Q20 => sales::expand_bid,
        Query::Q21 => each::add_channel_id,
        Query::Q22 => each::url_directories,
        Query::Q10 => return None,
    })
}
