//! Query 9, *winning bids*: who has won each auction?
//!
//! Definition: `Query9` of Beam's NEXMark suite: of the bids between the beginning and the end of an auction that are at least
//! its reserve, the first of the highest wins. There windows do the work: that of an auction lasts as long as the auction, that
//! of a bid is an instant, and those that overlap merge. Here an auction is a state with a timer, so a bid is looked at once,
//! and only the best one is kept.

use std::cmp::Reverse;
use std::time::Duration;

use beamline::prelude::*;
use beamline::state::{BagState, EventTimer, ValueState};
use beamline::window::Window;

use crate::events::{Auction, Bid, Event};

/// Each auction that has been won, when it ends, and the bid that has won it.
pub fn winning_bids(events: &PCollection<Event>) -> PCollection<(Auction, Bid)> {
    events
        .flat_map(by_auction)
        .named("ByAuction")
        .par_do_stateful(Sell)
        .named("Sell")
        .window_by(Windowing::sessions(INSTANT), |(auction, _), _, windows| windows.push(opening(auction)))
}

const INSTANT: Duration = Duration::from_millis(1);

/// Events that belong to an auction, by its number.
fn by_auction(event: Event) -> Option<(u64, Event)> {
    match &event {
        Event::Auction(auction) => Some((auction.id, event)),
        Event::Bid(bid) => Some((bid.auction, event)),
        Event::Person(_) => None,
    }
}

/// When bids are taken.
fn opening(auction: &Auction) -> Window {
    Window { start: auction.date_time, end: auction.expires }
}

/// What is known of a sale.
#[derive(StateSpec)]
#[state(ttl = "forever")]
pub struct Sale {
    auction: ValueState<Box<Auction>>,
    best: ValueState<Bid>,
    /// Bids that have come before the auction, as long as it still may.
    early: BagState<Bid>,
    /// When the auction ends, or early bids have been in vain.
    end: EventTimer,
}

/// Waits for the end of each auction.
#[derive(Clone)]
struct Sell;

impl StatefulDoFn<u64, Event> for Sell {
    type State = Sale;
    type Out = (Auction, Bid);

    fn process(
        &mut self,
        _id: &u64,
        event: Event,
        sale: &mut Sale,
        cx: &mut StateCx<'_, (Auction, Bid)>,
    ) -> Result<(), BoxError> {
        match event {
            Event::Auction(auction) => sale.begin(auction, cx),
            Event::Bid(bid) => sale.bid(bid, cx),
            Event::Person(_) => Ok(()),
        }
    }

    fn on_timer(
        &mut self,
        _id: &u64,
        _end: SaleTimer,
        sale: &mut Sale,
        cx: &mut StateCx<'_, (Auction, Bid)>,
    ) -> Result<(), BoxError> {
        match (sale.auction.take(), sale.best.take()) {
            (Some(auction), Some(bid)) => cx.emit((*auction, bid)),
            (Some(_), None) => {}
            (None, _) => sale.wait_on(cx),
        }
        Ok(())
    }
}

type SaleCx<'a> = StateCx<'a, (Auction, Bid)>;

impl Sale {
    fn begin(&mut self, auction: Box<Auction>, cx: &SaleCx<'_>) -> Result<(), BoxError> {
        // It is sold in its last millisecond.
        self.end.set_with_output(auction.expires, opening(&auction).max_timestamp(), cx)?;
        self.auction.set(auction);
        self.early.take().into_iter().try_for_each(|bid| self.bid(bid, cx))
    }

    fn bid(&mut self, bid: Bid, cx: &SaleCx<'_>) -> Result<(), BoxError> {
        match self.auction.get() {
            None => self.wait(bid, cx),
            Some(auction) if opening(auction).contains(bid.date_time) && bid.price >= auction.reserve => {
                match self.best.get_mut() {
                    Some(best) if by_rank(&bid, best).is_gt() => *best = bid,
                    Some(_) => {}
                    None => self.best.set(bid),
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// An auction that has not come when time has passed the bid began later.
    fn wait(&mut self, bid: Bid, cx: &SaleCx<'_>) {
        if self.end.get().is_none() {
            self.end.set(bid.date_time + INSTANT, cx);
        }
        self.early.add(bid);
    }

    /// Forgets the bids that are in vain, and waits until the others are too.
    fn wait_on(&mut self, cx: &SaleCx<'_>) {
        let mut early = self.early.take();
        early.retain(|bid| bid.date_time >= cx.fire_time());
        if let Some(last) = early.iter().map(|bid| bid.date_time).max() {
            self.end.set(last + INSTANT, cx);
            early.into_iter().for_each(|bid| self.early.add(bid));
        }
    }
}

/// The higher bid is the better one, then the earlier one; any other difference decides in the end.
fn by_rank(a: &Bid, b: &Bid) -> std::cmp::Ordering {
    (a.price, Reverse(a.date_time), a).cmp(&(b.price, Reverse(b.date_time), b))
}
