//! Results that are taken back, from a stream to the end of a pipeline.

use crate::panes::{SECOND, at};
use beamline::combine::{Count, Max, Sum, ToList};
use beamline::state::ValueState;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, OnTimeBehavior, Trigger, Window, Windowing};
use beamline::{BoxError, Change, PCollection, StateCx, StateSpec, StatefulDoFn, Timestamp, Upsert};
use std::collections::BTreeMap;

use Change::{Insert, Retract};

type Score = (String, u64);

fn score(seconds: i64, player: &str, points: u64) -> (Timestamp, Score) {
    (at(seconds), (player.to_owned(), points))
}

/// One element at a time, each seen by all steps before the next.
fn one_by_one<T: beamline::Element>(elements: impl IntoIterator<Item = (Timestamp, T)>) -> TestStream<T> {
    elements.into_iter().fold(TestStream::new(), |stream, (time, element)| stream.element(time, element))
}

fn each_in_all_time() -> Windowing {
    let each = Trigger::repeatedly(Trigger::after_count(1));
    Windowing::global().trigger(each, Accumulation::Retracting).on_time_behavior(OnTimeBehavior::FireIfNonEmpty)
}

fn bests(p: &TestPipeline, scores: TestStream<Score>) -> PCollection<Score> {
    p.apply(scores).window(each_in_all_time()).combine_per_key(Max)
}

fn games() -> TestStream<Score> {
    one_by_one([score(1, "ann", 3), score(2, "bob", 4), score(3, "ann", 7), score(4, "bob", 2)])
}

/// What a changelog comes to: how often each element is there in the end.
fn standing<T: Ord + Clone>(changes: impl IntoIterator<Item = Change<T>>) -> BTreeMap<T, i64> {
    let mut standing = BTreeMap::new();
    for change in changes {
        *standing.entry(change.element().clone()).or_default() += if change.is_retraction() { -1 } else { 1 };
    }
    standing.retain(|_, count| *count != 0);
    standing
}

/// The panes of the Dataflow model's example: 5, 8, 3, then 15, 19, 23, then 9, 13, 10.
#[test]
fn a_growing_list_takes_back_what_it_was() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let threes = [[5, 8, 3], [15, 19, 23], [9, 13, 10]];
        let numbers = threes
            .into_iter()
            .fold(TestStream::new(), |stream, three| stream.elements(three.map(|number: u64| (at(1), number))));
        let three = Trigger::repeatedly(Trigger::after_count(3));
        let windowing = Windowing::global()
            .trigger(three, Accumulation::Retracting)
            .on_time_behavior(OnTimeBehavior::FireIfNonEmpty);
        let lists = p.apply(numbers).window(windowing).combine(ToList).map(|mut list| {
            list.sort_unstable();
            list
        });
        let (three, six) = (vec![3, 5, 8], vec![3, 5, 8, 15, 19, 23]);
        assert_that(&lists.to_changelog()).contains_in_any_order([
            Insert(three.clone()),
            Retract(three),
            Insert(six.clone()),
            Retract(six),
            Insert(vec![3, 5, 8, 9, 10, 13, 15, 19, 23]),
        ]);
        p.run();
    });
}

#[test]
fn a_total_of_results_counts_each_key_once() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let total = bests(&p, games()).values().combine(Sum);
        assert_that(&total.to_changelog()).contains_in_any_order([
            Insert(3),
            Retract(3),
            Insert(7),
            Retract(7),
            Insert(11),
            Retract(11),
            Insert(11),
        ]);
        p.run();
    });
}

#[test]
fn functions_make_retractions_of_retractions() {
    for parallelism in [1, 3] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let bests = bests(&p, games()).flat_map(|(player, best)| [format!("{player} has {best}"), player]);
        let changes = bests.filter(|text| text.starts_with("ann")).to_changelog().map(|change| change.to_string());
        let expected = ["+ann has 3", "+ann", "-ann has 3", "-ann", "+ann has 7", "+ann"];
        assert_that(&changes).contains_in_any_order(expected.map(str::to_owned));
        p.run();
    }
}

/// What is taken back travels with what comes in its place, wherever batches end: nothing is shown in between.
#[test]
fn a_result_and_what_replaces_it_are_not_parted() {
    let check = |p: TestPipeline| {
        let scores = TestStream::new().element(at(0), ("bob".to_owned(), 100));
        let scores = scores.elements((1..=40).map(|n| score(n, "ann", n as u64)));
        let teams = bests(&p, scores).flat_map(|(_, best)| [("all".to_owned(), best)]);
        let total = teams.filter(|(_, best)| *best > 0).combine_per_key(Sum);
        assert_that(&total.values().to_changelog()).satisfies(|changes| {
            let alone = changes.iter().filter(|change| **change == Insert(100)).count();
            assert_eq!(alone, 1, "before ann has any: {changes:?}");
        });
        p.run();
    };
    for batch_size in [1, 2, 3, 7] {
        check(TestPipeline::new().with_parallelism(1).with_batch_size(batch_size));
        check(TestPipeline::new().with_parallelism(4).with_batch_size(batch_size));
    }
    for_each_seed(100, |seed| check(TestPipeline::new().with_parallelism(3).with_seed(seed)));
}

/// A filter keeps the old result and drops the new one.
#[test]
fn a_result_goes_when_nothing_comes_in_its_place() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let small = bests(&p, games()).filter(|(_, best)| *best < 5);
        let names = small.map(|score| ((), score)).combine_per_key(Count);
        assert_that(&names.to_changelog()).contains_in_any_order([
            Insert(((), 1)),
            Retract(((), 1)),
            Insert(((), 2)),
            Retract(((), 2)),
            Insert(((), 1)),
            Retract(((), 1)),
            Insert(((), 1)),
        ]);
        p.run();
    });
}

/// Elements of one key that took several ways may be taken back before they come.
#[test]
fn order_does_not_matter_in_the_end() {
    for_each_seed(60, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let scores = (0..40).map(|n| score(n, ["ann", "bob", "cid"][n as usize % 3], (n * 7 % 11) as u64));
        let bests = bests(&p, TestStream::new().elements(scores)).reshuffle();
        let sums = bests.map(|(_, best)| ((), best)).combine_per_key((Sum, Max));
        assert_that(&sums.to_changelog()).satisfies(|changes| {
            assert_eq!(standing(changes.iter().copied()), BTreeMap::from([(((), (30, 10)), 1)]));
        });
        p.run();
    });
}

#[test]
fn groups_and_joins_are_taken_back() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let bests = bests(&p, games());
        let teams = p.create([("ann", "red"), ("bob", "red")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let joined = teams.window(each_in_all_time()).join(&bests).map(|(_, (team, best))| (team, best));
        let groups = joined.group_by_key().map(|(team, bests)| {
            let mut bests: Vec<u64> = bests.iter().collect();
            bests.sort_unstable();
            (team, bests)
        });
        assert_that(&groups.to_changelog()).satisfies(|changes| {
            let expected = BTreeMap::from([(("red".to_owned(), vec![4, 7]), 1)]);
            assert_eq!(standing(changes.iter().cloned()), expected);
        });
        p.run();
    });
}

/// Two sessions are shown when the watermark passes them; a late click joins them.
#[test]
fn sessions_that_become_one_are_taken_back() {
    let trigger = Trigger::after_watermark().late(Trigger::after_count(1));
    let sessions =
        Windowing::sessions(10 * SECOND).trigger(trigger, Accumulation::Retracting).allowed_lateness(100 * SECOND);
    let p = TestPipeline::new();
    let clicks = TestStream::new()
        .elements([0, 15].map(|seconds| (at(seconds), ("ann".to_owned(), ()))))
        .advance_watermark_to(at(50))
        .element(at(8), ("ann".to_owned(), ()));
    let lengths = p.apply(clicks).window(sessions).combine_per_key(Count).to_changelog().reify_windows();
    let expected =
        [(0, 10, Insert(1)), (15, 25, Insert(1)), (0, 10, Retract(1)), (15, 25, Retract(1)), (0, 25, Insert(3))];
    let seen = lengths.map(|seen| (seen.window, seen.value));
    let change = |change| match change {
        Insert(n) => Insert(("ann".to_owned(), n)),
        Retract(n) => Retract(("ann".to_owned(), n)),
    };
    let expected = expected.map(|(from, to, seen)| (Window { start: at(from), end: at(to) }, change(seen)));
    assert_that(&seen).contains_in_any_order(expected);
    p.run();
}

#[test]
fn a_table_is_told_the_latest_value_only() {
    let p = TestPipeline::new();
    let upserts = bests(&p, games()).filter(|(_, best)| *best != 7).to_upserts();
    let put = |player: &str, best| Upsert::Put(player.to_owned(), best);
    let expected = [put("ann", 3), put("bob", 4), Upsert::Delete("ann".to_owned()), put("bob", 4)];
    assert_that(&upserts).contains_in_any_order(expected);
    p.run();
}

#[test]
fn punctuation_fires() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let at_hundred = Trigger::repeatedly(Trigger::after_punctuation());
        let bids = one_by_one([20, 100, 35, 120].map(|bid| (at(bid), bid)));
        let sold = p
            .apply(bids)
            .punctuated_by(|bid| *bid >= 100)
            .map(|bid| bid + 1)
            .window(Windowing::global().trigger(at_hundred, Accumulation::Discarding))
            .combine(Sum);
        assert_that(&sold).contains_in_any_order([122, 157, 0]);
        p.run();
    });
}

#[test]
fn windows_may_depend_on_the_element() {
    let p = TestPipeline::new();
    let visits = [(0, "phone"), (4, "phone"), (12, "phone"), (0, "desk"), (4, "desk"), (12, "desk"), (1, "bot")];
    let visits = p.apply(TestStream::new().elements(visits.map(|(time, kind)| (at(time), (kind.to_owned(), ())))));
    let sessions = visits.window_by(Windowing::sessions(30 * SECOND), |(kind, ()), start, windows| {
        let gap = match kind.as_str() {
            "phone" => 5,
            "desk" => 30,
            _ => return,
        };
        windows.push(Window { start, end: start + gap * SECOND });
    });
    let counts = sessions.combine_per_key(Count).map(|(kind, count)| format!("{kind} {count}"));
    assert_that(&counts).contains_in_any_order(["phone 2", "phone 1", "desk 3"].map(str::to_owned));
    assert_eq!(p.run().metrics.counter("elements_in_no_window"), 1);
}

const REFUSED: [&str; 7] = [
    "a sink",
    "a side input",
    "a batch",
    "a join by time",
    "a function with state",
    "an assertion",
    "discarding windows",
];

#[derive(StateSpec)]
struct Seen {
    last: ValueState<u64>,
}

#[derive(Clone)]
struct Nothing;

impl StatefulDoFn<String, u64> for Nothing {
    type State = Seen;
    type Out = u64;
    fn process(&mut self, _: &String, _: u64, _: &mut Seen, _: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        Ok(())
    }
}

/// What cannot take anything back says so while the pipeline is built.
#[test]
fn retractions_are_refused_where_they_would_be_lost() {
    let refusal = |use_it: fn(PCollection<Score>)| {
        let p = TestPipeline::new();
        use_it(bests(&p, games()));
        p.try_run().expect_err("a refusal").to_string()
    };
    let refused = [
        refusal(|bests| _ = bests.map(|best| format!("{best:?}")).write(beamline::io::text::write("/nowhere/at/all"))),
        refusal(|bests| _ = bests.as_map()),
        refusal(|bests| _ = bests.group_into_batches(7)),
        refusal(|bests| _ = bests.as_of_join(&bests)),
        refusal(|bests| _ = bests.par_do_stateful(Nothing)),
        refusal(|bests| _ = assert_that(&bests).has_count(3)),
        refusal(|bests| {
            bests.window(Windowing::unchanged().accumulation(Accumulation::Discarding)).combine(Count);
        }),
    ];
    for (refusal, what) in refused.iter().zip(REFUSED) {
        assert!(refusal.contains("may be taken back, and"), "{refusal}");
        assert!(refusal.contains(what), "{refusal}");
        assert!(refusal.contains("tests/streams/retractions.rs:"), "{refusal}");
    }
}

#[test]
fn what_was_never_made_cannot_be_taken_back() {
    static CALLS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let p = TestPipeline::new().with_parallelism(1);
    let numbered = bests(&p, games()).map(|(_, best)| {
        let call = CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ((), best * 1000 + call)
    });
    assert_that(&numbered.group_by_key().map(|((), all)| all.len()).to_changelog()).satisfies(|_| {});
    let error = p.try_run().expect_err("a function of the number of calls").to_string();
    assert!(error.contains("a result is taken back that has never come here"), "{error}");
    assert!(error.contains("[null,3002]"), "{error}");
}

/// The default trigger, with a late element: results at the end of the window, and then one in place of another.
#[test]
fn late_elements_correct_what_was_made_of_results() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let windowing =
            Windowing::fixed(10 * SECOND).accumulation(Accumulation::Retracting).allowed_lateness(60 * SECOND);
        let scores = TestStream::new()
            .elements([score(1, "ann", 3), score(2, "bob", 4)])
            .advance_watermark_to(at(10))
            .element(at(3), ("ann".to_owned(), 5));
        let total = p.apply(scores).window(windowing).combine_per_key(Max).values().combine(Sum);
        assert_that(&total.to_changelog()).satisfies(|changes| {
            assert_eq!(standing(changes.iter().copied()), BTreeMap::from([(9, 1)]));
            assert_eq!(changes.first(), Some(&Insert(7)), "both at the end of the window");
            assert!(changes.contains(&Retract(7)));
        });
        p.run();
    });
}

#[test]
fn windows_of_what_ends_show_one_result_and_take_nothing_back() {
    let p = TestPipeline::new();
    let windowing = Windowing::fixed(10 * SECOND).accumulation(Accumulation::Retracting).allowed_lateness(SECOND);
    let scores = p.create([("ann".to_owned(), 3), ("ann".to_owned(), 4)]).window(windowing);
    assert_that(&scores.group_by_key().group_into_batches(2)).has_count(1);
    assert_that(&scores.window(Windowing::sessions(SECOND)).combine_per_key(Sum)).has_count(1);
    assert!(!scores.combine_per_key(Sum).windowing().may_retract());
    p.run();
}
