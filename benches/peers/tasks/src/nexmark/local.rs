//! Who nearby sells things of category 10.

use beamline_nexmark::events::Event;
use beamline_nexmark::queries::q03::LocalItem;
use serde::{Deserialize, Serialize};

use super::join::{Join, Side};

/// What is to be known of a seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    name: String,
    city: String,
    state: String,
}

/// Auctions with their sellers, if these registered at most an hour before, or will in ten minutes.
pub type LocalItems = Join<u64, Neighbour, 3_600_000, 600_000>;

/// An auction of category 10, or somebody who lives in one of three states.
pub fn nearby(event: Event) -> Option<Side<u64, Neighbour>> {
    let millis = event.date_time().millis();
    match event {
        Event::Auction(auction) if auction.category == 10 => Some(Side::Left(auction.seller, millis, auction.id)),
        Event::Person(person) if matches!(&*person.state, "or" | "id" | "ca") => {
            let neighbour = Neighbour { name: person.name, city: person.city, state: person.state };
            Some(Side::Right(person.id, millis, neighbour))
        }
        _ => None,
    }
}

/// What is said of both.
pub fn local_item((auction, neighbour): (u64, Neighbour)) -> LocalItem {
    let Neighbour { name, city, state } = neighbour;
    LocalItem { name, city, state, auction }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use beamline_nexmark::handwritten;
    use beamline_nexmark::queries::Query;
    use beamline_sdk::window::Window;

    use super::*;
    use crate::nexmark::digest;
    use crate::nexmark::testing::{disordered, in_order, through};

    #[test]
    fn items_are_those_by_hand() {
        let expected =
            handwritten::run(Query::Q3, in_order().into_iter().map(|(_, event)| event), Path::new("")).unwrap();
        let found = through(LocalItems::default(), disordered(), nearby);
        let digests = found.into_iter().map(|pair| digest(Window::GLOBAL, &local_item(pair)));
        assert_eq!(digests.fold(0, u64::wrapping_add), expected.checksum);
        assert!(expected.results > 10);
    }
}
