//! Nothing is lost: whatever the order of elements and watermarks, what a step shows and what was too late for it is all
//! that has come, and what is too late is what a plain rule says.

use super::{Pair, Remember};
use beamline::combine::ToList;
use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline::window::{Accumulation, Window, Windowing};
use beamline::{PCollection, Timestamp, Within};
use proptest::prelude::*;
use std::time::Duration;

/// An element with its window; its number is its own.
type InWindow = (Pair, Timestamp, Window);

#[derive(Clone, Copy, Debug)]
enum Event {
    /// An element of a key, at a time.
    Element(u8, i64),
    /// The watermark moves on by so much.
    Watermark(i64),
}

#[derive(Clone, Copy, Debug)]
enum Windows {
    Fixed(u64),
    /// Size and period.
    Sliding(u64, u64),
    Sessions(u64),
}

#[derive(Clone, Debug)]
struct Case {
    windows: Windows,
    lateness: u64,
    events: Vec<Event>,
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl Case {
    fn windowing(&self) -> Windowing {
        let windowing = match self.windows {
            Windows::Fixed(size) => Windowing::fixed(ms(size)),
            Windows::Sliding(size, period) => Windowing::sliding(ms(size), ms(period)),
            Windows::Sessions(gap) => Windowing::sessions(ms(gap)),
        };
        windowing.allowed_lateness(ms(self.lateness)).accumulation(Accumulation::Discarding)
    }

    fn merges(&self) -> bool {
        matches!(self.windows, Windows::Sessions(_))
    }

    fn stream(&self) -> TestStream<Pair> {
        let begin = (TestStream::new(), 0, 0);
        let (stream, ..) = self.events.iter().fold(begin, |(stream, watermark, number), event| match *event {
            Event::Element(key, time) => (stream.element(at(time), (key.to_string(), number)), watermark, number + 1),
            Event::Watermark(by) => (stream.advance_watermark_to(at(watermark + by)), watermark + by, number),
        });
        stream
    }

    /// Each element in each of its windows, and whether it is in time for that.
    fn judged(&self) -> Vec<(InWindow, bool)> {
        let (mut judged, mut watermark, mut number) = (Vec::new(), None, 0);
        for event in &self.events {
            match *event {
                Event::Watermark(by) => watermark = Some(watermark.unwrap_or(0) + by),
                Event::Element(key, time) => {
                    for window in self.windows_of(time) {
                        let expiry = window.end.millis() - 1 + self.lateness as i64;
                        let in_time = watermark.is_none_or(|watermark| watermark <= expiry);
                        judged.push((((key.to_string(), number), at(time), window), in_time));
                    }
                    number += 1;
                }
            }
        }
        judged
    }

    fn windows_of(&self, time: i64) -> Vec<Window> {
        let (first, size, period) = match self.windows {
            Windows::Sessions(gap) => (time, gap as i64, 1),
            Windows::Fixed(size) => (time - time.rem_euclid(size as i64), size as i64, size as i64),
            Windows::Sliding(size, period) => (time - time.rem_euclid(period as i64), size as i64, period as i64),
        };
        let starts = (0..).map(|n| first - n * period).take_while(|start| start + size > time);
        let starts = starts.take(if self.merges() { 1 } else { usize::MAX });
        starts.map(|start| Window { start: at(start), end: at(start + size) }).collect()
    }

    fn late(&self) -> Vec<InWindow> {
        self.judged().into_iter().filter(|(_, in_time)| !in_time).map(|(element, _)| element).collect()
    }

    /// The elements that are in time, once for each window.
    fn in_time(&self) -> Vec<Pair> {
        let in_time = self.judged().into_iter().filter(|(_, in_time)| *in_time);
        in_time.map(|((element, ..), _)| element).collect()
    }
}

/// An element and window for each.
fn in_windows(late: &PCollection<Pair>) -> PCollection<InWindow> {
    late.reify_windows().map(|late| (late.value, late.timestamp, late.window))
}

/// Expects of a step what it shows, and what came too late.
fn expect(case: &Case, shown: &PCollection<Pair>, late: &PCollection<Pair>) {
    // An element that is in several windows is one until it is looked at in each.
    assert_that(&shown.reify_windows().map(|shown| shown.value)).contains_in_any_order(case.in_time());
    expect_late(case, late);
}

fn expect_late(case: &Case, late: &PCollection<Pair>) {
    assert_that(&in_windows(late)).contains_in_any_order(case.late());
}

/// Groupings of any windows. Says how many steps have dropped what is late.
fn grouped(case: &Case, input: &PCollection<Pair>) -> u64 {
    let keeping = input.keeping_late_data();
    let groups = keeping.group_by_key();
    let group = |(key, values): (String, beamline::Values<u64>)| values.iter().map(move |n| (key.clone(), n)).collect();
    expect(case, &groups.results.flat_map::<Vec<_>>(group), &groups.late);
    let lists = keeping.combine_per_key(ToList);
    let list =
        |(key, values): (String, Vec<u64>)| values.into_iter().map(move |n| (key.clone(), n)).collect::<Vec<_>>();
    expect(case, &lists.results.flat_map(list), &lists.late);
    let all = keeping.combine(ToList);
    expect(case, &all.results.flat_map(|list| list), &all.late);
    let batches = keeping.group_into_batches(2);
    let batch = move |(key, values): (String, Vec<u64>)| {
        assert!(values.len() <= 2, "a batch of {values:?}");
        list((key, values))
    };
    expect(case, &batches.results.flat_map(batch), &batches.late);
    let counts = keeping.count_per_element();
    expect(case, &counts.results.keys(), &counts.late);
    let distinct = keeping.distinct();
    expect(case, &distinct.results, &distinct.late);
    expect_late(case, &keeping.latest().late);
    expect_late(case, &keeping.latest_per_key().late);
    expect_late(case, &keeping.as_list().late);
    let nothing = input.filter(|_| false).map_values(|_| 'x');
    let joined = keeping.left_join(&nothing);
    expect(case, &joined.results.map(|(key, (n, _))| (key, n)), &joined.late.0);
    10
}

/// Steps that windows must not merge for.
fn divided(case: &Case, input: &PCollection<Pair>, p: &TestPipeline) -> u64 {
    let remembered = input.keeping_late_data().par_do_stateful(Remember).named("Remember");
    assert_that(&remembered.results).has_count(case.in_time().len() as u64);
    expect_late(case, &remembered.late);
    let side = p.apply(TestStream::new().element(at(5), 'x')).window(Windowing::fixed(ms(10))).as_list();
    let read = input.keeping_late_data().with_side(side).map(|element, _| element);
    expect(case, &read.results, &read.late);
    2
}

fn check(case: &Case, p: &TestPipeline) -> Result<(), TestCaseError> {
    let input = p.apply(case.stream()).window(case.windowing());
    let mut steps = grouped(case, &input);
    if !case.merges() {
        steps += divided(case, &input, p);
    }
    let result = p.try_run().map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(result.metrics.counter("dropped_late"), steps * case.late().len() as u64);
    Ok(())
}

fn any_case() -> impl Strategy<Value = Case> {
    let windows = prop_oneof![
        prop_oneof![Just(10), Just(7)].prop_map(Windows::Fixed),
        prop_oneof![Just((20, 10)), Just((10, 3))].prop_map(|(size, period)| Windows::Sliding(size, period)),
        (1u64..8).prop_map(Windows::Sessions),
    ];
    let element = (0u8..3, -10i64..50).prop_map(|(key, time)| Event::Element(key, time));
    let event = prop_oneof![3 => element, 1 => (1i64..15).prop_map(Event::Watermark)];
    let events = prop::collection::vec(event, 1..25);
    let lateness = prop_oneof![Just(0u64), Just(5), Just(20)];
    (windows, lateness, events).prop_map(|(windows, lateness, events)| Case { windows, lateness, events })
}

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn all_is_shown_or_late(case in any_case(), workers in 1usize..4, batch_size in 1usize..5, seed in any::<u64>()) {
        check(&case, &TestPipeline::new().with_parallelism(workers).with_batch_size(batch_size))?;
        check(&case, &TestPipeline::new().with_parallelism(workers).with_seed(seed))?;
    }

    /// Of joins in time: an element is late behind the watermark by more than the lateness of its side, whatever windows
    /// are.
    #[test]
    fn all_is_joined_or_late(case in any_case(), workers in 1usize..4, seed in any::<u64>()) {
        let p = TestPipeline::new().with_parallelism(workers).with_seed(seed);
        let lateness = Windowing::global().allowed_lateness(ms(case.lateness)).accumulation(Accumulation::Discarding);
        let input = p.apply(case.stream()).window(lateness);
        // Nothing on the other side, which is ahead: the time of a join is that of the side that is behind.
        let other = p.apply(TestStream::<(String, char)>::new().advance_watermark_to(at(1000)));
        let joined = input.keeping_late_data().left_interval_join(&other, Within::around(ms(3)));
        let (joined, late) = (joined.results.map(|(key, (n, _))| (key, n)), joined.late.0);
        let versioned = input.keeping_late_data().as_of_join(&other);
        let (versioned, as_of_late) = (versioned.results.map(|(key, (n, _))| (key, n)), versioned.late.0);
        // A window of a single instant expires as the element does.
        let case = Case { windows: Windows::Sessions(1), ..case };
        assert_that(&joined).contains_in_any_order(case.in_time());
        assert_that(&versioned).contains_in_any_order(case.in_time());
        let expected: Vec<Pair> = case.late().into_iter().map(|(element, ..)| element).collect();
        assert_that(&late).contains_in_any_order(expected.clone());
        assert_that(&as_of_late).contains_in_any_order(expected);
        p.try_run().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}
