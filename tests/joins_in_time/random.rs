//! Random scripts: elements out of order, late ones among them, and watermarks in between.

use crate::model::{Lateness, Model, Pair, Shown};
use crate::sides::{Event, Key, Side, Value, bounded, everywhere, late, streamed};
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use beamline::{PCollection, Pipeline, Within};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A script and how to join what it does.
#[derive(Clone, Debug)]
struct Case {
    events: Vec<Event>,
    bounds: (i64, i64),
    lateness: Lateness,
}

fn cases() -> impl Strategy<Value = Case> {
    let lateness = || prop_oneof![Just(0u64), 0u64..40];
    let lateness = (lateness(), lateness()).prop_map(|(left, right)| Lateness { left, right });
    (events(), bounds(), lateness).prop_map(|(events, bounds, lateness)| Case { events, bounds, lateness })
}

/// Some of a single instant, some of one side only, some so long that nothing is ever over.
fn bounds() -> impl Strategy<Value = (i64, i64)> {
    let least = || -20i64..20;
    prop_oneof![
        6 => (least(), 0i64..25).prop_map(|(least, more)| (least, least + more)),
        1 => least().prop_map(|least| (least, least)),
        1 => least().prop_map(|least| (least, i64::MAX)),
        1 => least().prop_map(|most| (i64::MIN, most)),
        1 => Just((-400_000_000, 400_000_000)),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let few = || prop::collection::vec((0u8..3, -50i64..50), 0..6);
    let many = || prop::collection::vec((0u8..2, -50i64..50), 20..40);
    let elements = || prop_oneof![5 => few(), 1 => many()];
    let event = prop_oneof![
        3 => elements().prop_map(Event::Left),
        3 => elements().prop_map(Event::Right),
        2 => (1i64..25).prop_map(Event::Watermark),
    ];
    prop::collection::vec(event, 0..16).prop_map(with_growing_watermarks)
}

/// Makes steps of the watermark into where it comes to.
fn with_growing_watermarks(mut events: Vec<Event>) -> Vec<Event> {
    let mut watermark = -50;
    for event in &mut events {
        if let Event::Watermark(time) = event {
            watermark += *time;
            *time = watermark;
        }
    }
    events
}

/// All joins of a case, compared with what is expected.
fn check(case: &Case, model: &Model, (left, right): (Side, Side)) {
    let pairs = model.pairs(case.bounds);
    let within = Within::millis(case.bounds.0..=case.bounds.1);
    expect(&left.interval_join(&right, within), only(&pairs, |(left, right)| Some((left?, right?))));
    expect(&left.left_interval_join(&right, within), only(&pairs, |(left, right)| Some((left?, right))));
    expect(&left.right_interval_join(&right, within), only(&pairs, |(left, right)| Some((left, right?))));
    expect(&left.full_interval_join(&right, within), pairs);
    expect(&left.as_of_join(&right), model.versions());
}

fn expect<Row: beamline::Element + PartialEq + std::fmt::Debug>(
    joined: &PCollection<(Key, Row)>,
    expected: Vec<Shown<Row>>,
) {
    assert_that(&joined.reify_timestamps()).contains_in_any_order(expected);
}

/// The rows that a kind of join shows.
fn only<Row>(all: &[Shown<Pair>], row: impl Fn((Option<Value>, Option<Value>)) -> Option<Row>) -> Vec<Shown<Row>> {
    all.iter().filter_map(|((key, pair), time)| Some(((*key, row(*pair)?), *time))).collect()
}

/// Five joins, each of which drops the same elements.
const JOINS: u64 = 5;

fn late_sides(p: &Pipeline, case: &Case) -> (Side, Side) {
    let (left, right) = streamed(p, &case.events);
    (late(&left, case.lateness.left), late(&right, case.lateness.right))
}

proptest! {
    #![proptest_config(Config { cases: 24, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn streams(case in cases()) {
        let model = Model::new(&case.events, case.lateness);
        let dropped = everywhere(|p| {
            check(&case, &model, late_sides(p, &case));
            p.run().metrics.counter("dropped_late")
        });
        prop_assert!(dropped.iter().all(|dropped| *dropped == JOINS * model.too_late), "{dropped:?}");
    }

    #[test]
    fn collections_that_end(mut case in cases()) {
        case.events.retain(|event| !matches!(event, Event::Watermark(_)));
        let model = Model::new(&case.events, Lateness::default());
        everywhere(|p| {
            check(&case, &model, bounded(p, &case.events));
            p.run().metrics.counter("dropped_late")
        });
    }

    #[test]
    fn a_stream_and_a_collection_that_ends(case in cases(), table in events()) {
        let is_left = |event: &Event| !matches!(event, Event::Right(_));
        // The table is there before the stream begins.
        let mut table: Vec<_> = table.into_iter().filter(|event| matches!(event, Event::Right(_))).collect();
        let stream: Vec<_> = case.events.iter().filter(|event| is_left(event)).cloned().collect();
        let (rows, tail) = (table.clone(), stream.clone());
        table.extend(stream);
        let model = Model::new(&table, case.lateness);
        everywhere(|p| {
            // Events keep the numbers that they have in the whole script.
            let padding = rows.iter().map(|_| Event::Left(vec![]));
            let events: Vec<_> = padding.chain(tail.iter().cloned()).collect();
            let left = late(&streamed(p, &events).0, case.lateness.left);
            let right = late(&bounded(p, &rows).1, case.lateness.right);
            check(&case, &model, (left, right));
            p.run().metrics.counter("dropped_late")
        });
    }
}

/// The case that belongs to a seed.
fn case_of(seed: u64) -> Case {
    let bytes: Vec<u8> = (0..4u64).flat_map(|i| (seed * 4 + i).to_le_bytes()).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    cases().new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).unwrap().current()
}

#[test]
fn in_every_order() {
    for_each_seed(150, |seed| {
        let case = case_of(seed);
        let model = Model::new(&case.events, case.lateness);
        let p = TestPipeline::new().with_parallelism(1 + seed as usize % 4).with_seed(seed);
        check(&case, &model, late_sides(&p, &case));
        assert_eq!(p.run().metrics.counter("dropped_late"), JOINS * model.too_late);
    });
}
