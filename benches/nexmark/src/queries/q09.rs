//! Query 9, *winning bids*: who has won each auction?
//!
//! Definition: `Query9` of Beam's NEXMark suite: of the bids between the beginning and the end of an auction that are at least
//! its reserve, the first of the highest wins. As there, windows do the work: that of an auction lasts as long as the auction,
//! that of a bid is an instant, and those of the same auction that overlap become one.

use std::cmp::Reverse;
use std::time::Duration;

use beamline::prelude::*;
use beamline::window::Window;

use crate::events::{Auction, Bid, Event};

/// An auction, and the best bid for it, as far as they are known.
type Sale = (Option<Box<Auction>>, Option<Bid>);

/// Each auction that has been won, when it ends, and the bid that has won it.
pub fn winning_bids(events: &PCollection<Event>) -> PCollection<(Auction, Bid)> {
    events
        .flat_map(by_auction)
        .named("ByAuction")
        .window_by(Windowing::sessions(INSTANT), |(_, (auction, _)), time, windows| {
            windows
                .push(Window { start: time, end: auction.as_ref().map_or(time + INSTANT, |auction| auction.expires) });
        })
        .combine_per_key(Absorb::new(learn))
        .flat_map(|(_, sale)| match sale {
            (Some(auction), Some(bid)) if bid.price >= auction.reserve => Some((*auction, bid)),
            _ => None,
        })
        .named("Winning")
}

const INSTANT: Duration = Duration::from_millis(1);

fn by_auction(event: Event) -> Option<(u64, Sale)> {
    match event {
        Event::Auction(auction) => Some((auction.id, (Some(auction), None))),
        Event::Bid(bid) => Some((bid.auction, (None, Some(bid)))),
        Event::Person(_) => None,
    }
}

/// Adds to what is known of a sale.
fn learn((auction, best): &mut Sale, (other_auction, bid): Sale) {
    *auction = auction.take().or(other_auction);
    if let Some(bid) = bid
        && best.as_ref().is_none_or(|best| by_rank(&bid, best).is_gt())
    {
        *best = Some(bid);
    }
}

/// The higher bid is the better one, then the earlier one; any other difference decides in the end.
fn by_rank(a: &Bid, b: &Bid) -> std::cmp::Ordering {
    (a.price, Reverse(a.date_time), a).cmp(&(b.price, Reverse(b.date_time), b))
}
