//! Query 4, *average price for a category*: what do things of each category cost of late?
//!
//! Definition: `Query4` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use super::sales::{Price, Terms, winners};
use crate::events::Feed;

/// Each category with the average winning price of the auctions that ended in the last ten seconds, in whole cents, every
/// five seconds.
pub fn average_price_for_category(events: &impl Feed) -> PCollection<(u64, u64)> {
    winners(events, Terms::of, Price::of)
        .map(|(terms, price)| (terms.category, price.cents))
        .window(Windowing::sliding(Duration::from_secs(10), Duration::from_secs(5)))
        .combine_per_key(Mean)
        .map_values(|average| average.round() as u64)
}
