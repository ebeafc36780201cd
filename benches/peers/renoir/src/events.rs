//! Counts by key and window, and sessions.

use std::error::Error;

use renoir::operator::Operator;
use renoir::operator::window::EventTimeWindow;
use renoir::{Stream, StreamContext};

use beamline_bench_data::clicks::{self, click, digest};
use beamline_bench_data::events::{self, Event, WINDOW, checksum_of, event};
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Count, Session, Sessions, SlidingCounts, WindowCounts};

use crate::operators::{in_event_time, watermarks};
use crate::run::{batches, context, sum};

type Checksum = Result<u64, Box<dyn Error + Send + Sync>>;

/// Counts by key and window of a stream with an end.
pub(crate) fn windows_at_the_end(work: Keyed) -> Checksum {
    let (context, keys) = (context(work.threads)?, work.distribution());
    let events = context.stream_par_iter(0..work.elements).batch_mode(batches()).map(move |index| event(keys, index));
    let counts = events.group_by_count(|event| (event.key, event.millis.div_euclid(WINDOW)));
    let checksums = counts.unkey().map(|((key, _), many)| checksum_of(std::iter::once((key, many as u64))));
    Ok(sum(context, checksums))
}

/// Counts by key in windows that end while events come: first by each thread for itself.
pub(crate) fn windows(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let counts = in_event_time(counted_apart(&context, work), WindowCounts::<WINDOW>::default());
    Ok(sum(context, checksums(counts)))
}

/// The same with the windows of the library, which begin with the first element of their key, and want elements in order.
pub(crate) fn windows_of_the_library(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let by_key = live(&context, work).group_by(|event| event.key);
    let counts = by_key.reorder().window(EventTimeWindow::tumbling(WINDOW)).count();
    let checksums = counts.unkey().map(|(key, many)| checksum_of(std::iter::once((key, many as u64))));
    Ok(sum(context, checksums))
}

/// Counts by key in windows that overlap, and end while events come.
pub(crate) fn sliding(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let counts = in_event_time(counted_apart(&context, work), SlidingCounts::<WINDOW, 60>::default());
    Ok(sum(context, checksums(counts)))
}

/// Sessions of users, with late clicks waited for.
pub(crate) fn sessions(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let every =
        move |index, peers| (index..work.elements).step_by(peers as usize).map(move |index| click(work.keys, index));
    let clicks = context
        .stream_par_iter(every)
        .batch_mode(batches())
        .add_timestamps(|click| click.millis, watermarks(clicks::DISORDER));
    let sessions = in_event_time(
        clicks.group_by(|click| click.user).drop_key(),
        Sessions::<{ clicks::GAP }, { clicks::LATENESS }>::default(),
    );
    let digests = sessions.map(|Session { user, clicks, first, last }| digest(user, clicks, first, last));
    Ok(sum(context, digests))
}

/// Every n-th event for each of n threads, so that all of them come forward in event time together.
fn live(context: &StreamContext, work: Keyed) -> Stream<impl Operator<Out = Event> + 'static> {
    let keys = work.distribution();
    let every = move |index, peers| (index..work.elements).step_by(peers as usize).map(move |index| event(keys, index));
    context
        .stream_par_iter(every)
        .batch_mode(batches())
        .add_timestamps(|event| event.millis, watermarks(events::DISORDER))
}

/// Counts by key and window as far as a thread knows, given to the owner of the key when the window has ended.
fn counted_apart(context: &StreamContext, work: Keyed) -> Stream<impl Operator<Out = Count> + 'static> {
    let counts = in_event_time(live(context, work).map(Count::from), WindowCounts::<WINDOW>::default());
    counts.group_by(|count| count.key).drop_key()
}

fn checksums(counts: Stream<impl Operator<Out = Count> + 'static>) -> Stream<impl Operator<Out = u64> + 'static> {
    counts.map(|count| checksum_of(std::iter::once((count.key, count.many))))
}
