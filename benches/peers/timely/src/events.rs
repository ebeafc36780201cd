//! Counts by key and window, and sessions, while events come.

use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::clicks::{self, Click, click, digest};
use beamline_bench_data::events::{self, WINDOW, checksum_of, event};
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Count, Session, Sessions, SlidingCounts, WindowCounts};

use crate::operators::{in_event_time, live};
use crate::run::{Time, sum};

/// Counts by key in windows one after the other.
pub(crate) fn windows(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        checksums(in_event_time(events_of(scope, work), by_key(), "Windows", WindowCounts::<WINDOW>::default()))
    })
}

/// Counts by key in windows that overlap.
pub(crate) fn sliding(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        checksums(in_event_time(events_of(scope, work), by_key(), "Sliding", SlidingCounts::<WINDOW, 60>::default()))
    })
}

/// Sessions of users, with late clicks waited for.
pub(crate) fn sessions(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let least = move |index| clicks::latest(work.keys, index) - clicks::DISORDER;
        let clicks = live(scope, work.elements, move |index| click(work.keys, index), least);
        let by_user = Exchange::new(|click: &Click| mix(click.user));
        let sessions =
            in_event_time(clicks, by_user, "Sessions", Sessions::<{ clicks::GAP }, { clicks::LATENESS }>::default());
        sessions.map(|Session { user, clicks, first, last }| digest(user, clicks, first, last))
    })
}

/// Every event as a count of one. To count them apart before they go to the owner of their key takes as long, and more memory.
fn events_of(scope: Scope<'_, Time>, work: Keyed) -> StreamVec<'_, Time, Count> {
    let keys = work.distribution();
    let least = |index| events::latest(index) - events::DISORDER;
    live(scope, work.elements, move |index| Count::from(event(keys, index)), least)
}

fn by_key() -> Exchange<Count, impl FnMut(&Count) -> u64> {
    Exchange::new(|count: &Count| mix(count.key))
}

fn checksums(counts: StreamVec<'_, Time, Count>) -> StreamVec<'_, Time, u64> {
    counts.map(|count| checksum_of(std::iter::once((count.key, count.many))))
}
