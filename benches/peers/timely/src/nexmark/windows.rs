//! Windows of ten seconds, some of which begin every five.

use timely::ExchangeData;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::rng::mix;
use beamline_nexmark::events::{Event, Store};
use peer_tasks::event_time::{Count, SlidingCounts, WindowCounts};
use peer_tasks::nexmark::{Highest, Ranked, digest, period_of, ten_seconds_from};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::Time;

/// Bids are counted where they are read; the owner of an auction adds up.
pub(super) fn hot_items<'scope>(scope: Scope<'scope, Time>, store: &Store) -> StreamVec<'scope, Time, u64> {
    let bids = events(scope, store, |event| event.bid().map(|bid| period_of(&bid)));
    let apart = in_event_time(bids, Pipeline, "Count apart", WindowCounts::<5_000>::default());
    let by_auction = Exchange::new(|count: &Count| mix(count.key));
    let counts = in_event_time(apart, by_auction, "Count", SlidingCounts::<5_000, 2>::default());
    highest::<_, 5_000>(counts).map(|count| digest(ten_seconds_from(count.window), &(count.key, count.many)))
}

pub(super) fn highest_bid<'scope>(scope: Scope<'scope, Time>, store: &Store) -> StreamVec<'scope, Time, u64> {
    highest::<_, 10_000>(events(scope, store, Event::bid)).map(|bid| digest(ten_seconds_from(bid.last_period()), &bid))
}

/// The best of each worker, and then the best of these.
fn highest<T: Ranked + ExchangeData, const PERIOD: i64>(elements: StreamVec<'_, Time, T>) -> StreamVec<'_, Time, T> {
    let apart = in_event_time(elements, Pipeline, "Highest apart", Highest::<_, PERIOD>::default());
    let by_window = Exchange::new(|element: &T| mix(element.last_period() as u64));
    in_event_time(apart, by_window, "Highest", Highest::<_, PERIOD>::default())
}
