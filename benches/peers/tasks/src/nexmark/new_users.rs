//! Who registers and opens an auction in the same ten seconds.

use beamline_nexmark::events::Event;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::event_time::{EventTime, Windows};

const WINDOW: i64 = 10_000;

/// What somebody has done who may be new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// Their number.
    pub id: u64,
    /// When the window begins, in milliseconds since the epoch.
    pub window: i64,
    /// What they have done.
    pub deed: Deed,
}

/// What somebody has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Registered with a name.
    Registered(String),
    /// Opened an auction with a reserve.
    Opened(u64),
}

impl NewUser {
    /// What an event says, if it is not a bid.
    pub fn of(event: Event) -> Option<Self> {
        let millis = event.date_time().millis();
        let window = millis - millis.rem_euclid(WINDOW);
        match event {
            Event::Person(person) => Some(Self { id: person.id, window, deed: Deed::Registered(person.name) }),
            Event::Auction(auction) => Some(Self { id: auction.seller, window, deed: Deed::Opened(auction.reserve) }),
            Event::Bid(_) => None,
        }
    }
}

/// What happened in each window. What is given out is its beginning, with the number, the name and the reserve.
#[derive(Clone, Debug, Default)]
pub struct NewUsers(Windows<Deeds, WINDOW>);

#[derive(Clone, Debug, Default)]
struct Deeds {
    names: HashMap<u64, String, FixedState>,
    reserves: Vec<(u64, u64)>,
}

impl EventTime for NewUsers {
    type In = NewUser;
    type Out = (i64, (u64, String, u64));

    fn add(&mut self, NewUser { id, window, deed }: NewUser) {
        let deeds = self.0.at(window);
        match deed {
            Deed::Registered(name) => drop(deeds.names.insert(id, name)),
            Deed::Opened(reserve) => deeds.reserves.push((id, reserve)),
        }
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Self::Out)) -> bool {
        let Some((window, mut deeds)) = self.0.close(watermark) else { return false };
        for (seller, reserve) in deeds.reserves.drain(..) {
            if let Some(name) = deeds.names.get(&seller) {
                emit((window, (seller, name.clone(), reserve)));
            }
        }
        deeds.names.clear();
        self.0.reuse(deeds);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nexmark::testing::{digests, disordered, in_order, through};

    #[test]
    fn they_are_those_of_events_in_order() {
        let all: Vec<_> = in_order().into_iter().filter_map(|(_, event)| NewUser::of(event)).collect();
        let mut expected = Vec::new();
        for NewUser { id, window, deed } in &all {
            let Deed::Opened(reserve) = deed else { continue };
            let same = all.iter().filter(|other| other.id == *id && other.window == *window);
            expected.extend(same.filter_map(|other| match &other.deed {
                Deed::Registered(name) => Some((*window, (*id, name.clone(), *reserve))),
                Deed::Opened(_) => None,
            }));
        }
        assert!(expected.len() > 20);
        assert_eq!(digests(&through(NewUsers::default(), disordered(), NewUser::of)), digests(&expected));
    }
}
