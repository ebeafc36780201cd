//! Query 6, *average selling price by seller*: what have the last ten things of each seller brought?
//!
//! Definition: `Query6` of Beam's NEXMark suite.

use std::collections::VecDeque;
use std::time::Duration;

use beamline::prelude::*;
use beamline::state::{EventTimer, OrderedListState, ValueState};

use super::sales::{Price, Terms, winners};
use crate::events::Feed;

/// Each seller with the average price of the last ten things they sold, in whole cents, each time that one is sold.
pub fn average_selling_price(events: &impl Feed) -> PCollection<(u64, u64)> {
    winners(events, Terms::of, Price::of)
        .map(|(terms, price)| (terms.seller, (terms.auction, price.cents)))
        .par_do_stateful(LastTen)
        .named("LastTen")
}

/// What is known of a seller.
#[derive(StateSpec)]
#[state(ttl = "forever")]
pub struct Sales {
    /// Auctions with their prices, at the time of their end, until no earlier one can come.
    new: OrderedListState<(u64, u64)>,
    /// The last prices.
    last: ValueState<VecDeque<u64>>,
    settled: EventTimer,
}

/// Averages the last ten prices of a seller.
#[derive(Clone)]
struct LastTen;

impl StatefulDoFn<u64, (u64, u64)> for LastTen {
    type State = Sales;
    type Out = (u64, u64);

    fn process(
        &mut self,
        _seller: &u64,
        sale: (u64, u64),
        sales: &mut Sales,
        cx: &mut StateCx<'_, (u64, u64)>,
    ) -> Result<(), BoxError> {
        sales.new.add(cx.timestamp(), sale);
        sales.wake_after_first(cx);
        Ok(())
    }

    /// All sales before now are known: they are put in order, those of the same instant by the auction's number.
    fn on_timer(
        &mut self,
        seller: &u64,
        _settled: SalesTimer,
        sales: &mut Sales,
        cx: &mut StateCx<'_, (u64, u64)>,
    ) -> Result<(), BoxError> {
        let mut settled = sales.new.take_range(..cx.fire_time());
        settled.sort_unstable();
        for (_, (_, price)) in settled {
            cx.emit((*seller, sales.average_with(price)));
        }
        sales.wake_after_first(cx);
        Ok(())
    }
}

impl Sales {
    fn wake_after_first(&mut self, cx: &StateCx<'_, (u64, u64)>) {
        if let Some((first, _)) = self.new.iter().next() {
            self.settled.set(first + Duration::from_millis(1), cx);
        }
    }

    fn average_with(&mut self, price: u64) -> u64 {
        let last = self.last.get_or_insert_with(VecDeque::new);
        last.push_back(price);
        if last.len() > 10 {
            last.pop_front();
        }
        last.iter().sum::<u64>() / last.len() as u64
    }
}
