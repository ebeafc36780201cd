//! Query 11, *user sessions*: how many bids does a user make in each of their sessions?
//!
//! Definition: `Query11` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use crate::events::Feed;

/// Each bidder with the number of their bids, of which none came ten seconds or more after the one before.
pub fn user_sessions(events: &impl Feed) -> PCollection<(u64, u64)> {
    events.of_bids(|bid| bid.bidder).window(Windowing::sessions(Duration::from_secs(10))).count_per_element()
}
