//! Queries of NEXMark: what is done with one event, and what operators keep in event time.

mod activity;
mod average;
mod bids;
mod days;
mod expanded;
mod highest;
mod join;
mod last_ten;
mod local;
mod new_users;
mod sales;
#[cfg(test)]
mod testing;

pub use self::activity::{Channels, Made, Owned, Part, Seen, Total};
pub use self::average::{Averages, Sold};
pub use self::bids::{Rows, in_euros, rows, selection, with_channel_id, with_folders, with_row};
pub use self::days::{Daily, Days, LastBids, Prices, TopTen};
pub use self::expanded::{Expanded, expandable};
pub use self::highest::{Highest, Ranked};
pub use self::join::{Join, Side};
pub use self::last_ten::LastTen;
pub use self::local::{LocalItems, Neighbour, local_item, nearby};
pub use self::new_users::{Deed, NewUser, NewUsers};
pub use self::sales::{Lot, Offer, Price, Sale, Sales, Terms};

use std::hash::Hash;

use beamline_nexmark::events::Bid;
use beamline_nexmark::results::Summary;
use beamline_sdk::Timestamp;
use beamline_sdk::window::Window;

use crate::event_time::{Count, Session};

/// What a result of a window adds to the checksum.
#[inline]
pub fn digest<T: Hash>(window: Window, result: &T) -> u64 {
    let mut summary = Summary::default();
    summary.add(window, result);
    summary.checksum
}

/// The window of ten seconds that begins at `start`, in milliseconds since the epoch.
pub const fn ten_seconds_from(start: i64) -> Window {
    Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + 10_000) }
}

/// A bid as a count of one for its auction, in a period of five seconds.
#[inline]
pub fn period_of(bid: &Bid) -> Count {
    let millis = bid.date_time.millis();
    Count { key: bid.auction, window: millis - millis.rem_euclid(5_000), many: 1 }
}

/// What the bids of a session add to the checksum.
pub fn digest_of_session(Session { user, clicks, first, last }: &Session) -> u64 {
    let (start, end) = (Timestamp::from_millis(*first), Timestamp::from_millis(last + 10_000));
    digest(Window { start, end }, &(user, clicks))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use beamline_bench_data::clicks::Click;
    use beamline_nexmark::events::Event;
    use beamline_nexmark::handwritten;
    use beamline_nexmark::queries::Query;

    use super::testing::{disordered, in_order, through};
    use super::*;
    use crate::event_time::Sessions;

    #[test]
    fn sessions_of_bids_are_those_by_hand() {
        let expected =
            handwritten::run(Query::Q11, in_order().into_iter().map(|(_, event)| event), Path::new("")).unwrap();
        let click = |event: Event| {
            let bid = event.bid()?;
            Some(Click { user: bid.bidder, millis: bid.date_time.millis() })
        };
        let found = through(Sessions::<10_000, 0>::default(), disordered(), click);
        assert_eq!(found.len() as u64, expected.results);
        assert_eq!(found.iter().map(digest_of_session).fold(0, u64::wrapping_add), expected.checksum);
    }
}
