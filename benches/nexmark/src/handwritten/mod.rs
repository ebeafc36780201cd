//! Queries as one would write them without an engine: one thread, one pass, and nothing that is not needed.
//!
//! They know what pipelines cannot: that events come in the order of time. So a window ends with the first event behind it.

mod bests;
mod days;
mod expansion;
mod files;
mod joins;
mod reports;
mod sessions;
mod stateless;
mod windows;
mod winning;

use std::path::Path;

use beamline::BoxError;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::events::Event;
use crate::queries::Query;
use crate::results::Summary;

type Table<K, V> = HashMap<K, V, FixedState>;

/// The results of a query of events in the order of time, and their checksum. `folder` is for query 10, which writes files.
///
/// # Errors
/// When a file cannot be written.
pub fn run(query: Query, events: impl Iterator<Item = Event>, folder: &Path) -> Result<Summary, BoxError> {
    Ok(match query {
        Query::Q0 => stateless::pass_through(events),
        Query::Q1 => stateless::currency_conversion(events),
        Query::Q2 => stateless::selection(events),
        Query::Q3 => joins::local_item_suggestion(events),
        Query::Q4 => winning::average_price_for_category(events),
        Query::Q5 => windows::hot_items(events),
        Query::Q6 => winning::average_selling_price(events),
        Query::Q7 => windows::highest_bid(events),
        Query::Q8 => joins::monitor_new_users(events),
        Query::Q9 => winning::winning_bids(events),
        Query::Q10 => files::log_to_files(events, folder)?,
        Query::Q11 => sessions::user_sessions(events),
        Query::Q12 => sessions::bids_per_user(events),
        Query::Q13 => stateless::side_input_join(events),
        Query::Q14 => stateless::calculation(events),
        Query::Q15 => days::summary_of::<reports::Activities>(events),
        Query::Q16 => days::summary_of::<reports::Channels>(events),
        Query::Q17 => days::summary_of::<reports::Auctions>(events),
        Query::Q18 => days::summary_of::<bests::Last>(events),
        Query::Q19 => days::summary_of::<bests::Top>(events),
        Query::Q20 => expansion::expand_bid(events),
        Query::Q21 => stateless::add_channel_id(events),
        Query::Q22 => stateless::url_directories(events),
    })
}
