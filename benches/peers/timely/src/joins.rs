//! Joins.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::Concat;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::facts::Facts;
use beamline_bench_data::offers::{DISORDER, Offer, Side, digest, latest, offer};
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Either, Within};
use peer_tasks::groups::{Fact, Group};

use crate::operators::{at_the_end, in_event_time, live, part};
use crate::run::{Time, sum};

/// What is shown with what the same user does within ten minutes.
pub(crate) fn interval(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let shown = stream(scope, work, Side::Shown, Either::Shown);
        let both = shown.concat(stream(scope, work, Side::Done, Either::Done));
        let by_user = Exchange::new(|either: &Either| mix(either.offer().user));
        let pairs = in_event_time(both, by_user, "Within ten minutes", Within::default());
        pairs.map(|(shown, done)| digest(shown.user, shown.what, done.what))
    })
}

fn stream(scope: Scope<'_, Time>, work: Keyed, side: Side, either: fn(Offer) -> Either) -> StreamVec<'_, Time, Either> {
    let least = move |index| latest(work.keys, index) - DISORDER;
    live(scope, work.elements, move |index| either(offer(side, work.keys, index)), least)
}

type Groups = HashMap<u64, Group, FixedState>;

/// The values of each key beside its row.
pub(crate) fn co_group(work: Keyed) -> Result<u64, String> {
    let facts = Facts { keys: work.keys, pairs: work.elements };
    sum(work.threads.count(), move |scope| {
        let pair = move |index| {
            let (key, value) = facts.pair(index);
            Fact::Pair(key, value)
        };
        let row = |index| {
            let (key, limit) = Facts::row(index);
            Fact::Row(key, limit)
        };
        let both = part(scope, facts.pairs, pair).concat(part(scope, facts.keys, row));
        let add = |groups: &mut Groups, fact: Fact| groups.entry(fact.key()).or_default().add(fact);
        let by_key = Exchange::new(|fact: &Fact| mix(fact.key()));
        let groups = at_the_end(both, by_key, "Co-group", add, Groups::into_iter);
        groups.map(|(key, group)| group.digest(key))
    })
}
