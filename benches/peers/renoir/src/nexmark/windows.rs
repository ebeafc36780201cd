//! Windows of ten seconds, some of which begin every five.

use renoir::operator::{ExchangeData, Operator};
use renoir::{Stream, StreamContext};

use beamline_nexmark::events::{Event, Store};
use peer_tasks::event_time::{SlidingCounts, WindowCounts};
use peer_tasks::nexmark::{Highest, Ranked, digest, period_of, ten_seconds_from};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::sum;

/// Bids are counted where they are read; the owner of an auction adds up.
pub(super) fn hot_items(context: StreamContext, store: Store) -> u64 {
    let bids = events(&context, &store).filter_map(|event| event.bid().map(|bid| period_of(&bid)));
    let apart = in_event_time(bids, WindowCounts::<5_000>::default());
    let by_auction = apart.group_by(|count| count.key).drop_key();
    let counts = in_event_time(by_auction, SlidingCounts::<5_000, 2>::default());
    let hottest = highest::<_, 5_000>(counts);
    sum(context, hottest.map(|count| digest(ten_seconds_from(count.window), &(count.key, count.many))))
}

pub(super) fn highest_bid(context: StreamContext, store: Store) -> u64 {
    let highest = highest::<_, 10_000>(events(&context, &store).filter_map(Event::bid));
    sum(context, highest.map(|bid| digest(ten_seconds_from(bid.last_period()), &bid)))
}

/// The best of each thread, and then the best of these.
fn highest<T: Ranked + ExchangeData, const PERIOD: i64>(
    elements: Stream<impl Operator<Out = T> + 'static>,
) -> Stream<impl Operator<Out = T>> {
    let apart = in_event_time(elements, Highest::<_, PERIOD>::default());
    let by_window = apart.group_by(Ranked::last_period).drop_key();
    in_event_time(by_window, Highest::<_, PERIOD>::default())
}
