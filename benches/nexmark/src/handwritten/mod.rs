//! Queries as one would write them without an engine: one thread, one pass, and nothing that is not needed.
//!
//! They know what pipelines cannot: that events come in the order of time. So a window ends with the first event behind it.

mod joins;
mod sessions;
mod stateless;
mod windows;
mod winning;

use beamline::BoxError;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::events::Event;
use crate::queries::Query;
use crate::results::Summary;

type Table<K, V> = HashMap<K, V, FixedState>;

/// The results of a query of events in the order of time, and their checksum.
///
/// # Errors
/// When the query is not one of those that have been written by hand.
pub fn run(query: Query, events: impl Iterator<Item = Event>) -> Result<Summary, BoxError> {
    Ok(match query {
        Query::Q0 => stateless::pass_through(events),
        Query::Q1 => stateless::currency_conversion(events),
        Query::Q2 => stateless::selection(events),
        Query::Q3 => joins::local_item_suggestion(events),
        Query::Q4 => winning::average_price_for_category(events),
        Query::Q5 => windows::hot_items(events),
        Query::Q7 => windows::highest_bid(events),
        Query::Q8 => joins::monitor_new_users(events),
        Query::Q9 => winning::winning_bids(events),
        Query::Q11 => sessions::user_sessions(events),
        Query::Q12 => sessions::bids_per_user(events),
        _ => return Err(format!("{query:?} has not been written by hand").into()),
    })
}

/// Queries that [`run`] knows.
pub const QUERIES: [Query; 11] = [
    Query::Q0,
    Query::Q1,
    Query::Q2,
    Query::Q3,
    Query::Q4,
    Query::Q5,
    Query::Q7,
    Query::Q8,
    Query::Q9,
    Query::Q11,
    Query::Q12,
];
