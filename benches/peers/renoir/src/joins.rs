//! Joins.

use std::error::Error;

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_bench_data::facts::Facts;
use beamline_bench_data::offers::{DISORDER, Offer, Side, WITHIN, digest, offer};
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Either, Within};
use peer_tasks::groups::{Fact, Group};

use crate::operators::{in_event_time, watermarks};
use crate::run::{batches, context, sum};

type Checksum = Result<u64, Box<dyn Error + Send + Sync>>;

/// What is shown with what the same user does within ten minutes, in an operator of one's own.
pub(crate) fn interval(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let shown = stream(&context, work, Side::Shown).map(Either::Shown);
    let both = shown.merge(stream(&context, work, Side::Done).map(Either::Done));
    let pairs = in_event_time(both.group_by(|either| either.offer().user).drop_key(), Within::default());
    Ok(sum(context, pairs.map(|(shown, done)| digest(shown.user, shown.what, done.what))))
}

/// The same with the join of the library, which puts elements in order.
pub(crate) fn interval_of_the_library(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let shown = stream(&context, work, Side::Shown).group_by(|shown| shown.user);
    let done = stream(&context, work, Side::Done).group_by(|done| done.user);
    let pairs = shown.interval_join(done, 0, WITHIN).unkey();
    Ok(sum(context, pairs.map(|(user, (shown, done))| digest(user, shown.what, done.what))))
}

fn stream(context: &StreamContext, work: Keyed, side: Side) -> Stream<impl Operator<Out = Offer> + 'static> {
    let every = move |index, peers| {
        (index..work.elements).step_by(peers as usize).map(move |index| offer(side, work.keys, index))
    };
    context.stream_par_iter(every).batch_mode(batches()).add_timestamps(|offer| offer.millis, watermarks(DISORDER))
}

/// The values of each key beside its row.
pub(crate) fn co_group(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let facts = Facts { keys: work.keys, pairs: work.elements };
    let pairs = context.stream_par_iter(0..facts.pairs).batch_mode(batches()).map(move |index| facts.pair(index));
    let rows = context.stream_par_iter(0..facts.keys).batch_mode(batches()).map(Facts::row);
    let both = pairs.map(|(key, value)| Fact::Pair(key, value)).merge(rows.map(|(key, limit)| Fact::Row(key, limit)));
    let groups = both.group_by(Fact::key).fold(Group::default(), Group::add);
    Ok(sum(context, groups.unkey().map(|(key, group)| group.digest(key))))
}
