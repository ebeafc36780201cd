//! Bids of each user.

use beamline::Timestamp;
use beamline::window::Window;

use super::Table;
use crate::events::Event;
use crate::results::Summary;

const GAP: i64 = 10_000;

#[derive(Clone, Copy)]
struct Session {
    first: i64,
    last: i64,
    bids: u64,
}

impl Session {
    fn show(self, bidder: u64, summary: &mut Summary) {
        let (start, end) = (Timestamp::from_millis(self.first), Timestamp::from_millis(self.last + GAP));
        summary.add(Window { start, end }, &(bidder, self.bids));
    }
}

pub(super) fn user_sessions(events: impl Iterator<Item = Event>) -> Summary {
    let (mut summary, mut sessions): (_, Table<u64, Session>) = (Summary::default(), Table::default());
    for event in events {
        let Event::Bid(bid) = event else { continue };
        let time = bid.date_time.millis();
        let session = sessions.entry(bid.bidder).or_insert(Session { first: time, last: time, bids: 0 });
        if time >= session.last + GAP {
            session.show(bid.bidder, &mut summary);
            *session = Session { first: time, last: time, bids: 0 };
        }
        session.last = time;
        session.bids += 1;
    }
    sessions.into_iter().for_each(|(bidder, session)| session.show(bidder, &mut summary));
    summary
}

/// What a clock would divide, in one piece.
pub(super) fn bids_per_user(events: impl Iterator<Item = Event>) -> Summary {
    let (mut summary, mut counts): (_, Table<u64, u64>) = (Summary::default(), Table::default());
    for event in events {
        if let Event::Bid(bid) = event {
            *counts.entry(bid.bidder).or_insert(0) += 1;
        }
    }
    counts.iter().for_each(|count| summary.add(Window::GLOBAL, &count));
    summary
}
