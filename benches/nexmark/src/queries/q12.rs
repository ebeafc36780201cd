//! Query 12, *processing-time windows*: how many bids does a user make while we watch for ten seconds?
//!
//! Definition: `Query12` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;
use beamline::window::OnTimeBehavior;

use crate::events::Feed;

/// Each bidder with the number of their bids of the ten seconds, by the clock, that begin with the first one.
pub fn processing_time_windows(events: &impl Feed) -> PCollection<(u64, u64)> {
    let by_the_clock = Trigger::repeatedly(Trigger::after_processing_time(Duration::from_secs(10)));
    events
        .of_bids(|bid| bid.bidder)
        .window(
            Windowing::global()
                .trigger(by_the_clock, Accumulation::Discarding)
                .on_time_behavior(OnTimeBehavior::FireIfNonEmpty),
        )
        .count_per_element()
}
