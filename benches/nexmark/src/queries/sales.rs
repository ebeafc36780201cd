//! Auctions and their best bids, which queries 4, 6 and 9 ask for.
//!
//! In Beam's NEXMark suite (`WinningBids`) windows do the work: that of an auction lasts as long as the auction, that of a bid
//! is an instant, and those that overlap merge. Here an auction is a state with a timer, so a bid is looked at once, and only
//! the best one is kept.

use std::cmp::Reverse;
use std::marker::PhantomData;
use std::time::Duration;

use beamline::prelude::*;
use beamline::state::{BagState, EventTimer, ValueState};
use beamline::window::Window;
use serde::{Deserialize, Serialize};

use crate::events::{Auction, Bid, Event, Feed};

/// What a query wants to know of an auction.
pub trait Lot: Element {
    /// The least price, in cents.
    fn reserve(&self) -> u64;
    /// When bids are taken.
    fn opening(&self) -> Window;
}

/// What a query wants to know of a bid.
pub trait Offer: Element + Ord {
    /// How much, in cents.
    fn price(&self) -> u64;
    /// When it was made.
    fn date_time(&self) -> Timestamp;
}

impl Lot for Box<Auction> {
    fn reserve(&self) -> u64 {
        self.reserve
    }

    fn opening(&self) -> Window {
        Window { start: self.date_time, end: self.expires }
    }
}

impl Offer for Bid {
    fn price(&self) -> u64 {
        self.price
    }

    fn date_time(&self) -> Timestamp {
        self.date_time
    }
}

/// An auction in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The auction.
    pub auction: u64,
    /// The person who sells.
    pub seller: u64,
    /// What kind of thing it is.
    pub category: u64,
    /// The least price, in cents.
    pub reserve: u64,
    /// When bids are taken.
    pub opening: Window,
}

impl Terms {
    /// Those of an auction. In a box, as an event is as large as the largest that it may be, and most are bids.
    // Auctions are rare: without this what is done with bids is small enough to be compiled where they are read.
    #[inline(never)]
    pub fn of(auction: Box<Auction>) -> Box<Self> {
        let Auction { id, seller, category, reserve, .. } = *auction;
        Box::new(Self { auction: id, seller, category, reserve, opening: auction.opening() })
    }
}

impl Lot for Box<Terms> {
    fn reserve(&self) -> u64 {
        self.reserve
    }

    fn opening(&self) -> Window {
        self.opening
    }
}

/// A bid, whoever has made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price {
    /// How much.
    pub cents: u64,
    /// When it was made.
    pub date_time: Timestamp,
}

impl Price {
    /// That of a bid.
    #[inline]
    pub fn of(bid: Bid) -> Self {
        Self { cents: bid.price, date_time: bid.date_time }
    }
}

impl Offer for Price {
    fn price(&self) -> u64 {
        self.cents
    }

    fn date_time(&self) -> Timestamp {
        self.date_time
    }
}

/// Each auction that has been won, in its last millisecond, and the bid that has won it: of the bids between its beginning and
/// its end that are at least its reserve, the first of the highest.
pub fn winners<L: Lot, B: Offer>(
    events: &impl Feed,
    lot: impl Fn(Box<Auction>) -> L + Clone + Send + Sync + 'static,
    offer: impl Fn(Bid) -> B + Clone + Send + Sync + 'static,
) -> PCollection<(L, B)> {
    let by_auction = move |event| match event {
        Event::Auction(auction) => Some((auction.id, News::Lot(lot(auction)))),
        Event::Bid(bid) => Some((bid.auction, News::Offer(offer(bid)))),
        Event::Person(_) => None,
    };
    events.only(by_auction).named("ByAuction").par_do_stateful(Sell(PhantomData)).named("Sell")
}

/// What is heard of an auction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum News<L, B> {
    Lot(L),
    Offer(B),
}

/// What is known of a sale.
#[derive(StateSpec)]
#[state(ttl = "forever")]
struct Sale<L: Lot, B: Offer> {
    lot: ValueState<L>,
    best: ValueState<B>,
    /// Offers that have come before the lot, as long as it still may.
    early: BagState<B>,
    /// When the auction ends, or early offers have been in vain.
    end: EventTimer,
}

/// Waits for the end of each auction.
#[derive(Clone)]
struct Sell<L, B>(PhantomData<fn() -> (L, B)>);

type SaleCx<'a, L, B> = StateCx<'a, (L, B)>;

impl<L: Lot, B: Offer> StatefulDoFn<u64, News<L, B>> for Sell<L, B> {
    type State = Sale<L, B>;
    type Out = (L, B);

    fn process(
        &mut self,
        _auction: &u64,
        news: News<L, B>,
        sale: &mut Sale<L, B>,
        cx: &mut SaleCx<'_, L, B>,
    ) -> Result<(), BoxError> {
        match news {
            News::Lot(lot) => sale.begin(lot, cx),
            News::Offer(offer) => {
                sale.hear(offer, cx);
                Ok(())
            }
        }
    }

    fn on_timer(
        &mut self,
        _auction: &u64,
        _end: SaleTimer,
        sale: &mut Sale<L, B>,
        cx: &mut SaleCx<'_, L, B>,
    ) -> Result<(), BoxError> {
        match (sale.lot.take(), sale.best.take()) {
            (Some(lot), Some(best)) => cx.emit((lot, best)),
            (Some(_), None) => {}
            (None, _) => sale.wait_on(cx),
        }
        Ok(())
    }
}

const INSTANT: Duration = Duration::from_millis(1);

impl<L: Lot, B: Offer> Sale<L, B> {
    fn begin(&mut self, lot: L, cx: &SaleCx<'_, L, B>) -> Result<(), BoxError> {
        let opening = lot.opening();
        self.end.set_with_output(opening.end, opening.max_timestamp(), cx)?;
        self.lot.set(lot);
        self.early.take().into_iter().for_each(|offer| self.hear(offer, cx));
        Ok(())
    }

    fn hear(&mut self, offer: B, cx: &SaleCx<'_, L, B>) {
        match self.lot.get() {
            None => self.wait(offer, cx),
            Some(lot) if lot.opening().contains(offer.date_time()) && offer.price() >= lot.reserve() => {
                match self.best.get_mut() {
                    Some(best) if by_rank(&offer, best).is_gt() => *best = offer,
                    Some(_) => {}
                    None => self.best.set(offer),
                }
            }
            Some(_) => {}
        }
    }

    /// An auction that has not come when time has passed the offer began later.
    fn wait(&mut self, offer: B, cx: &SaleCx<'_, L, B>) {
        if self.end.get().is_none() {
            self.end.set(offer.date_time() + INSTANT, cx);
        }
        self.early.add(offer);
    }

    /// Forgets the offers that are in vain, and waits until the others are too.
    fn wait_on(&mut self, cx: &SaleCx<'_, L, B>) {
        let mut early = self.early.take();
        early.retain(|offer| offer.date_time() >= cx.fire_time());
        if let Some(last) = early.iter().map(Offer::date_time).max() {
            self.end.set(last + INSTANT, cx);
            early.into_iter().for_each(|offer| self.early.add(offer));
        }
    }
}

/// The higher offer is the better one, then the earlier one; any other difference decides in the end.
fn by_rank<B: Offer>(a: &B, b: &B) -> std::cmp::Ordering {
    (a.price(), Reverse(a.date_time()), a).cmp(&(b.price(), Reverse(b.date_time()), b))
}
