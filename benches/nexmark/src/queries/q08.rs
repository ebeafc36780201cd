//! Query 8, *monitor new users*: who has registered and opened an auction at once?
//!
//! Definition: `Query8` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use crate::events::{Event, auctions, persons};

/// The number and the name of those who opened an auction in the ten seconds in which they registered, with the reserve of
/// the auction; once for each auction.
pub fn monitor_new_users(events: &PCollection<Event>) -> PCollection<(u64, String, u64)> {
    let windows = Windowing::fixed(Duration::from_secs(10));
    let new_users = persons(events).map(|person| (person.id, person.name)).window(windows.clone());
    let reserves = auctions(events).map(|auction| (auction.seller, auction.reserve)).window(windows);
    new_users.join(&reserves).map(|(id, (name, reserve))| (id, name, reserve))
}
