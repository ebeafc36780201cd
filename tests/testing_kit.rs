//! The testing kit itself: what holds passes, what does not fails, and nothing passes unchecked.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{OnTimeBehavior, Window};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The error of a run, without the folders of the files that it names.
fn error_of(p: &TestPipeline) -> String {
    let text = p.try_run().expect_err("an assertion does not hold").to_string();
    text.replace("tests/", "")
}

#[test]
fn what_holds_passes() {
    let p = TestPipeline::new();
    let numbers = p.create([3, 1, 2, 3]);
    let none = numbers.filter(|n| *n > 5);
    assert_that(&numbers).contains_in_any_order([1, 2, 3, 3]).contains(2).has_count(4);
    assert_that(&none).is_empty().has_count(0).contains_in_any_order([]);
    assert_that(&numbers).satisfies(|numbers| assert!(numbers.iter().sum::<i32>() == 9));
    assert_that(&none).satisfies(|numbers| if numbers.is_empty() { Ok(()) } else { Err("too many") });
    p.run();
}

#[test]
fn equal_sequences_of_any_size_are_compared_quickly() {
    let p = TestPipeline::new().with_batch_size(1024);
    assert_that(&p.sequence(0..100_000)).contains_in_any_order((0..100_000).rev());
    p.run();
}

#[test]
fn what_is_missing_and_unexpected_is_shown_with_both_places() {
    let p = TestPipeline::new();
    let numbers = p.create([5, 1, 2, 2]).map(|n| n * 10).named("Tens");
    let (made, asserted) = (line!() - 1, line!() + 1);
    assert_that(&numbers).contains_in_any_order([10, 20, 30]);
    let expected = format!(
        "step 'AssertThat/contains_in_any_order' (testing_kit.rs:{asserted}): not the expected elements
  expected: 3 elements: 10, 20, 30
  actual: 4 elements: 10, 20, 20, 50
  missing:
    30
  unexpected:
    20
    50
  made by: 'Tens' (testing_kit.rs:{made})"
    );
    assert_eq!(error_of(&p), expected);
}

#[test]
fn each_assertion_says_what_it_expects() {
    let text_of = |assert: fn(&PCollection<i32>)| {
        let p = TestPipeline::new();
        assert(&p.create([7]));
        error_of(&p)
    };
    let text = text_of(|c| {
        assert_that(c).is_empty();
    });
    assert!(text.contains("not empty\n  expected: no elements\n  actual: 1 element: 7\n"), "{text}");
    let text = text_of(|c| {
        assert_that(c).contains(8);
    });
    assert!(text.contains("an element is missing\n  expected: 8\n  actual: 1 element: 7\n"), "{text}");
    let text = text_of(|c| {
        assert_that(c).has_count(3);
    });
    assert!(text.contains("\n  expected: 3\n  actual: 1 (2 too few)\n"), "{text}");
    let text = text_of(|c| {
        assert_that(c).satisfies(|_| Err("never satisfied"));
    });
    assert!(text.contains("never satisfied\n  actual: 1 element: 7\n"), "{text}");
    let text = text_of(|c| {
        assert_that(c).satisfies(|n| assert!(n[0] < 7, "too large"));
    });
    assert!(text.contains("panicked: too large\n  actual: 1 element: 7\n"), "{text}");
}

#[test]
fn an_empty_collection_is_looked_at_too() {
    let p = TestPipeline::new();
    assert_that(&p.create(Vec::<u8>::new())).contains(1);
    assert!(error_of(&p).contains("actual: no elements"));
}

#[test]
fn an_assertion_in_a_composite_is_checked() {
    struct Checked;
    impl PTransform<PCollection<i32>> for Checked {
        type Out = ();
        fn expand(self, numbers: PCollection<i32>) {
            assert_that(&numbers).is_empty();
        }
    }
    let p = TestPipeline::new();
    p.create([1]).apply(Checked);
    assert!(error_of(&p).starts_with("step 'Checked/AssertThat/is_empty' (testing_kit.rs:"));
}

#[test]
fn metrics_of_a_test_run_can_be_looked_at() {
    let p = TestPipeline::new().with_parallelism(3).with_batch_size(1).with_memory(64 << 20);
    assert_that(&p.create([1, 2]).named("Numbers")).has_count(2);
    let metrics = p.run().metrics;
    assert_eq!(metrics.emitted("Numbers"), Some(2));
    assert_eq!(metrics.counter("assertions_passed"), 1);
}

fn message_of(f: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    payload.downcast_ref::<String>().cloned()
}

#[test]
fn a_run_panics_with_the_text_of_the_error() {
    let p = TestPipeline::new();
    assert_that(&p.create([1])).is_empty();
    let text = message_of(|| drop(p.run())).expect("a panic");
    assert!(text.starts_with("step 'AssertThat/is_empty' (tests/testing_kit.rs:"), "{text}");
}

#[test]
fn forgotten_assertions_panic() {
    let text = message_of(|| {
        let p = TestPipeline::new();
        assert_that(&p.create([1])).is_empty();
    });
    assert!(text.expect("a panic").contains("1 assertion(s) that no run has checked"));

    let text = message_of(|| {
        let p = TestPipeline::new();
        let numbers = p.create([1]);
        assert_that(&numbers).has_count(1);
        p.run();
        assert_that(&numbers).is_empty();
    });
    assert!(text.expect("a panic").contains("1 assertion(s)"));
}

#[test]
fn a_pipeline_without_assertions_may_be_dropped() {
    let p = TestPipeline::new();
    let _ = p.create([1]);
}

#[test]
fn a_panic_of_the_test_is_not_hidden() {
    let text = message_of(|| {
        let p = TestPipeline::new();
        assert_that(&p.create([1])).is_empty();
        panic!("{}", "the test's own");
    });
    assert_eq!(text.as_deref(), Some("the test's own"));
}

/// A runner that does nothing at all.
struct Idle;

impl Runner for Idle {
    fn run(&self, _graph: &beamline::graph::Graph) -> beamline::Result<beamline::JobResult> {
        Ok(beamline::JobResult::default())
    }
}

#[test]
fn an_assertion_that_was_never_reached_fails() {
    let p = TestPipeline::new();
    assert_that(&p.create([1])).has_count(1);
    let error = p.run_with(&Idle).expect_err("nothing was checked").to_string();
    assert!(error.contains("the assertion was never checked"), "{error}");
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn tens(n: i64) -> Window {
    Window { start: at(10 * n), end: at(10 * n + 10) }
}

/// The greatest number of each window, with every number and with late ones: 4 is replaced by 7.
fn greatest(p: &TestPipeline) -> PCollection<u64> {
    let trigger = Trigger::after_watermark().early(Trigger::after_count(1)).late(Trigger::after_count(1));
    let windowing = Windowing::fixed(Duration::from_millis(10))
        .allowed_lateness(Duration::from_millis(100))
        .trigger(trigger, Accumulation::Retracting)
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty);
    let numbers = TestStream::new()
        .element(at(1), 4)
        .element(at(12), 2)
        .advance_watermark_to(at(30))
        .advance_watermark_to_at_least(at(20))
        .element(at(2), 7);
    p.apply(numbers).window(windowing).combine(Max.or_none()).flat_map(|greatest| greatest)
}

#[test]
fn what_is_left_after_retractions_is_asserted() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let greatest = greatest(&p);
        assert_that(&greatest)
            .after_retractions()
            .contains_in_any_order([2, 7])
            .contains_in_windows([(tens(0), 7), (tens(1), 2)])
            .in_window(tens(0))
            .contains_in_any_order([7]);
        assert_that(&greatest).after_retractions().in_window(tens(7)).is_empty();
        assert_that(&greatest.filter(|n| *n == 4)).after_retractions().is_empty();
        p.run();
    });
}

#[test]
fn what_is_left_is_shown_with_what_went_before() {
    let p = TestPipeline::new().with_parallelism(1);
    assert_that(&greatest(&p)).after_retractions().contains_in_any_order([4, 2]);
    let error = error_of(&p);
    for part in [
        "AssertThat/after_retractions' (testing_kit.rs:",
        "after retractions, not the expected elements",
        "missing:\n    4\n",
        "unexpected:\n    7\n",
        "all panes of [0ms, 10ms):\n    pane 0 (early) at 9ms: +4\n    pane 0 (early) at 9ms: -4\n    pane 1 (late) at 9ms: +7\n",
        "all panes of [10ms, 20ms):\n    pane 0 (early) at 19ms: +2\n",
    ] {
        assert!(error.contains(part), "{part:?} is missing in:\n{error}");
    }
}

#[test]
fn one_window_is_shown_where_one_is_asserted() {
    let p = TestPipeline::new();
    assert_that(&greatest(&p)).after_retractions().in_window(tens(1)).is_empty();
    let error = error_of(&p);
    assert!(error.contains("after retractions, in [10ms, 20ms), not the expected elements"), "{error}");
    assert!(error.contains("at 19ms: +2\n  elements in other windows: 3"), "{error}");
}

/// A window function that puts what is taken back elsewhere than what was shown.
#[test]
fn what_was_never_shown_is_not_taken_back_unnoticed() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let p = TestPipeline::new().with_parallelism(1);
    let numbered = greatest(&p).map(|n| n * 100 + CALLS.fetch_add(1, Ordering::Relaxed));
    assert_that(&numbered).after_retractions().contains_in_any_order([]);
    let error = error_of(&p);
    assert!(error.contains("taken back in [0ms, 10ms) without having been shown: 402"), "{error}");
}

#[test]
fn the_watermark_of_a_stream_goes_at_least_so_far() {
    let p = TestPipeline::new();
    let numbers = [3, 1, 9, 2]
        .into_iter()
        .fold(TestStream::new(), |stream, n| stream.element(at(n), n).advance_watermark_to_at_least(at(n)));
    let sums = p.apply(numbers).window(Windowing::fixed(Duration::from_millis(2))).combine(Sum);
    assert_that(&sums).contains_in_any_order([3i64, 9]);
    assert_eq!(p.run().metrics.counter("dropped_late"), 2, "1 and 2 come behind 3 and 9");
}

#[test]
fn a_stream_may_be_made_when_the_pipeline_runs() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let p = TestPipeline::new();
    let numbers = p.apply(TestStream::when_run(|| {
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        if run == 2 { Err("no more".into()) } else { Ok(TestStream::new().element(at(1), run)) }
    }));
    let names = numbers.map(|n| n + 1);
    assert_that(&names).has_count(1);
    assert_eq!(RUNS.load(Ordering::Relaxed), 0, "nothing happens while the pipeline is built");
    p.run();
    p.run();
    let error = error_of(&p);
    assert!(error.contains("step 'TestStream/TestStream' (testing_kit.rs:") && error.contains("no more"), "{error}");
}
