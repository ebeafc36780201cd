//! Query 8, *monitor new users*: who has registered and opened an auction at once?
//!
//! Definition: `Query8` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use crate::events::{Event, Feed};

/// The number and the name of those who opened an auction in the ten seconds in which they registered, with the reserve of
/// the auction; once for each auction.
pub fn monitor_new_users(events: &impl Feed) -> PCollection<(u64, String, u64)> {
    let windows = Windowing::fixed(Duration::from_secs(10));
    let events = events.split(|event| !matches!(event, Event::Bid(_)));
    let new_users = events.person.map(|person| (person.id, person.name)).window(windows.clone());
    let reserves = events.auction.map(|auction| (auction.seller, auction.reserve)).window(windows);
    new_users.join(&reserves).map(|(id, (name, reserve))| (id, name, reserve))
}
