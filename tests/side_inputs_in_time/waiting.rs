//! Elements wait for what the side input has in their window, and no longer.

use crate::script::Step::{Clock, Main, MainWatermark, Side, SideWatermark};
use crate::script::{everywhere, everywhere_with, fails_everywhere, ms, play, window};
use beamline::Timestamp;
use beamline::combine::{Count, Sum};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{AnyWindowFn, FixedWindows, Window, WindowFn, WindowSet};
use std::time::Duration;

/// Every element with what it sees, in order.
fn seen(main: &PCollection<u64>, side: &View<Vec<u64>>) -> PCollection<(u64, Vec<u64>)> {
    main.with_side(side.clone()).map(|n, list| {
        let mut list = list.clone();
        list.sort_unstable();
        (n, list)
    })
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn tens() -> Windowing {
    Windowing::fixed(ms(10))
}

fn late() -> Windowing {
    tens().allowed_lateness(ms(100)).accumulation(Accumulation::Discarding)
}

#[test]
fn an_element_waits_until_its_window_has_a_value() {
    let steps = [
        Main(5, 1),
        Side(3, 10),
        Main(12, 2),
        Side(13, 20),
        Side(4, 11),
        SideWatermark(10),
        Main(9, 3),
        SideWatermark(20),
        Main(14, 4),
    ];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let seen = seen(&main.window(tens()), &side.window(tens()).as_list());
        assert_that(&seen).contains_in_any_order([(1, vec![10, 11]), (3, vec![10, 11]), (2, vec![20]), (4, vec![20])]);
    });
}

#[test]
fn an_input_that_is_idle_is_not_while_elements_wait() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let main = p.apply(TestStream::new().element(at(15), 1u64).idle());
        let other = p.apply(TestStream::new().element(at(1), 2u64).advance_watermark_to(at(100)));
        let side = (1..5).fold(TestStream::new(), |side, n| side.advance_watermark_to(at(n)));
        let side = p.apply(side.element(at(13), 10u64).advance_watermark_to(at(20)));
        let factor = side.window(tens()).as_singleton_or(100);
        let products = main.window(tens()).with_side(factor).map(|n, factor| n * factor);
        let sums = products.flatten_with(&other.window(tens())).combine(Sum);
        assert_that(&sums).in_window(window(10, 20)).on_time_pane([10]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    });
}

#[test]
fn an_element_at_the_end_of_time_waits_too() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let main = p.create([2u64]).with_timestamps(|_| Timestamp::MAX);
        let side = (1..5).fold(TestStream::new(), |side, n| side.advance_watermark_to(at(n)));
        let each = Trigger::repeatedly(Trigger::after_count(1));
        let each = Windowing::global().trigger(each, Accumulation::Discarding);
        let factor = p.apply(side.element(at(13), 10u64)).window(each).as_singleton();
        assert_that(&main.with_side(factor).map(|n, factor| n * factor)).contains_in_any_order([20]);
        p.run();
    });
}

#[test]
fn what_waits_is_not_late() {
    // The watermark of the main input is far beyond the element, but not that of the output.
    let steps = [Main(5, 1), Main(6, 2), MainWatermark(50), Side(3, 10), SideWatermark(20), Main(51, 4)];
    everywhere_with(
        |p| {
            let (main, side) = play(p, &steps);
            let factor = side.window(tens()).as_singleton_or(100);
            let products = main.window(tens()).with_side(factor).map(|n, factor| n * factor);
            let sums = products.combine(Sum);
            assert_that(&sums).in_window(window(0, 10)).on_time_pane([30]);
            assert_that(&sums).in_window(window(50, 60)).on_time_pane([400]);
            assert_that(&sums).contains_in_any_order([30, 400]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 0),
    );
}

#[test]
fn elements_go_on_in_the_order_of_their_coming() {
    let steps = [Main(5, 1), Main(4, 2), Main(9, 3), Main(3, 4), Side(3, 10), SideWatermark(10), Main(2, 5)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let ordered = seen(&main.window(tens()), &side.window(tens()).as_list()).key_by(|_| ());
        // A group has its values in the order in which they came from the only worker that reads the stream.
        let order = ordered.group_by_key().map(|((), values)| values.iter().map(|(n, _)| n).collect::<Vec<_>>());
        assert_that(&order).contains_in_any_order([vec![1, 2, 3, 4, 5]]);
    });
}

#[test]
fn a_window_without_elements_is_known_to_be_empty_when_its_time_is_over() {
    let steps = [Main(5, 1), SideWatermark(9), Main(6, 2), SideWatermark(10), Main(7, 3), Main(25, 4)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let (main, side) = (main.window(tens()), side.window(tens()));
        assert_that(&seen(&main, &side.as_list())).satisfies(|seen| {
            assert!(seen.len() == 4 && seen.iter().all(|(_, list)| list.is_empty()), "{seen:?}");
        });
        let pairs = side.map(|n| (n, n));
        let sizes = main.with_side((pairs.as_map(), pairs.as_multimap(), side.as_singleton_or(7)));
        let sizes = sizes.map(|n, (map, multimap, one)| (n, map.len(), multimap.len(), *one));
        assert_that(&sizes).contains_in_any_order([1, 2, 3, 4].map(|n| (n, 0, 0, 7)));
    });
}

#[test]
fn a_window_without_the_only_element_is_an_error_that_names_it() {
    fails_everywhere(
        |p| {
            let (main, side) = play(p, &[Side(3, 1), SideWatermark(10), Main(5, 1), Main(25, 1)]);
            let one = side.window(Windowing::fixed(ms(20))).as_singleton();
            let _ = main.window(tens()).with_side(one).map(|n, one| n + one).named("Add");
        },
        &["a singleton side input has no element", "an element in [20ms, 30ms)", "AsSingleton"],
    );
}

#[test]
fn a_later_pane_takes_the_place_of_an_earlier_one() {
    let steps = [
        Main(5, 1),
        Side(3, 10),
        Main(5, 2),
        Side(4, 20),
        Main(5, 3),
        SideWatermark(10),
        Main(5, 4),
        Side(5, 30),
        Main(5, 5),
        SideWatermark(110),
        Side(6, 40),
        Main(5, 6),
    ];
    let trigger = || Trigger::after_watermark().early(Trigger::after_count(1)).late(Trigger::after_count(1));
    let triggered = |accumulation| tens().allowed_lateness(ms(100)).trigger(trigger(), accumulation);
    everywhere_with(
        |p| {
            let (main, side) = play(p, &steps);
            let main = main.window(tens());
            let all = side.window(triggered(Accumulation::Accumulating)).as_list();
            let all = seen(&main, &all).map(|(n, list)| (n, list.len()));
            assert_that(&all).contains_in_any_order([(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]);
            let news = seen(&main, &side.window(triggered(Accumulation::Discarding)).as_list());
            assert_that(&news).contains_in_any_order([
                (1, vec![10]),
                (2, vec![10]),
                (3, vec![20]),
                (4, vec![20]),
                (5, vec![30]),
                (6, vec![30]),
            ]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 2),
    );
}

#[test]
fn late_elements_replace_what_was_on_time() {
    let steps = [Side(3, 10), SideWatermark(10), Main(5, 1), Side(4, 11), Main(5, 2), Side(11, 12), Main(5, 3)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let news = seen(&main.window(tens()), &side.window(late()).as_list());
        assert_that(&news).contains_in_any_order([(1, vec![10]), (2, vec![11]), (3, vec![11])]);
    });
}

#[test]
fn an_element_in_several_windows_waits_for_each_by_itself() {
    let steps = [Main(12, 7), Side(5, 1), SideWatermark(20), Side(25, 2), SideWatermark(40)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        // [0, 20) and [10, 30).
        let main = main.window(Windowing::sliding(ms(20), ms(10)));
        let side = side.window(Windowing::fixed(ms(20))).as_list();
        let windows = seen(&main, &side).reify_windows().map(|seen| (seen.window, seen.timestamp.millis(), seen.value));
        assert_that(&windows)
            .contains_in_any_order([(window(0, 20), 12, (7, vec![1])), (window(10, 30), 12, (7, vec![2]))]);
    });
}

#[test]
fn results_of_the_main_input_itself_are_a_side_input_of_it() {
    let steps = [Main(1, 1), Main(3, 3), Main(11, 5), MainWatermark(10), Main(12, 15), MainWatermark(20)];
    everywhere(|p| {
        let (main, _) = play(p, &steps);
        let main = main.window(tens());
        let total = main.combine(Sum).as_singleton();
        let shares = main.with_side(total).map(|n, total| (n, *total));
        assert_that(&shares).contains_in_any_order([(1, 4), (3, 4), (5, 20), (15, 20)]);
        // And those of that another one.
        let counts = shares.map(|(n, total)| n * total).combine(Sum).as_singleton();
        let rest = main.with_side(counts).map(|n, sum| (n, *sum));
        assert_that(&rest).contains_in_any_order([(1, 16), (3, 16), (5, 400), (15, 400)]);
    });
}

/// Emits the number of elements of each bundle at its end, and what it has seen meanwhile.
#[derive(Clone, Default)]
struct InBundles {
    in_bundle: bool,
    window: Option<Window>,
}

impl DoFn<u64, View<Vec<u64>>> for InBundles {
    type Out = u64;
    fn start_bundle(&mut self) -> Result<(), BoxError> {
        self.in_bundle = true;
        Ok(())
    }
    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64, View<Vec<u64>>>) -> Result<(), BoxError> {
        assert!(self.in_bundle, "elements that have waited are in a bundle as others are");
        self.window = Some(cx.window());
        cx.emit(n + cx.side().iter().sum::<u64>());
        Ok(())
    }
    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        self.in_bundle = false;
        if let Some(window) = self.window.take() {
            cx.emit(1_000_000, window.start, window);
        }
        Ok(())
    }
}

#[test]
fn a_dofn_has_bundles_of_what_has_waited() {
    let steps = [Main(5, 1), Main(15, 2), Side(3, 10), SideWatermark(10), Side(13, 20), SideWatermark(20), Main(6, 3)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let sums = main.window(tens()).with_side(side.window(tens()).as_list()).par_do(InBundles::default());
        assert_that(&sums.filter(|n| *n < 1_000_000)).contains_in_any_order([11, 22, 13]);
        assert_that(&sums.filter(|n| *n == 1_000_000).combine(Count)).satisfies(|counts| {
            assert!(counts.iter().sum::<u64>() == 3, "each went on alone: {counts:?}");
        });
    });
}

#[test]
fn elements_that_nobody_remembers_the_values_for_are_dropped_and_counted() {
    let steps = [
        Side(3, 10),
        SideWatermark(30),
        Main(5, 1),
        MainWatermark(14),
        Main(6, 2),
        MainWatermark(15),
        Main(7, 3),
        Main(21, 4),
        Clock(1),
    ];
    everywhere_with(
        |p| {
            let (main, side) = play(p, &steps);
            let main = main.window(tens().allowed_lateness(ms(5)).accumulation(Accumulation::Discarding));
            let seen = seen(&main, &side.window(tens()).as_list());
            assert_that(&seen).contains_in_any_order([(1, vec![10]), (2, vec![10]), (4, vec![])]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 1),
    );
}

/// Windows of ten, of which elements read the one before theirs.
#[derive(Debug)]
struct Before;

impl WindowFn for Before {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        FixedWindows::new(ms(10)).assign(time, windows);
    }
    fn side_input_window(&self, main: Window) -> Option<Window> {
        let mut windows = WindowSet::new();
        self.assign(main.start - ms(1), &mut windows);
        windows.last().copied()
    }
    fn side_input_lookback(&self) -> Duration {
        ms(10)
    }
}

#[test]
fn elements_may_look_back() {
    let steps = [
        Side(5, 10),
        Side(15, 20),
        SideWatermark(40),
        MainWatermark(12),
        Main(13, 1),
        MainWatermark(29),
        Main(28, 2),
        Main(39, 3),
    ];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let side = side.window(Windowing::new(AnyWindowFn::custom(Before))).as_list();
        assert_that(&seen(&main.window(tens()), &side)).contains_in_any_order([
            (1, vec![10]),
            (2, vec![20]),
            (3, vec![]),
        ]);
    });
}
