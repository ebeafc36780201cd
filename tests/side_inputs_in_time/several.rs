//! Several side inputs: elements wait for all of them.

use crate::script::Step::{Main, Side, SideWatermark};
use crate::script::{everywhere, ms, play};
use beamline::prelude::*;
use beamline::testing::assert_that;

#[test]
fn all_side_inputs_have_to_be_there() {
    let steps = [Main(5, 1), Side(3, 10), Main(15, 2), SideWatermark(10), Main(5, 3), Side(13, 20), SideWatermark(20)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let every =
            Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Accumulating);
        let (all, complete) = (side.window(every).as_list(), p.create([7u64, 8]).as_list());
        let bounded = p.create([100u64, 200]).with_timestamps(|n| Timestamp::from_millis(*n as i64 / 100));
        let bounded = bounded.window(Windowing::fixed(ms(20))).as_list();
        let in_tens = side.window(Windowing::fixed(ms(10))).as_list();
        let main = main.window(Windowing::fixed(ms(10)));
        let sums = main.with_side((all, in_tens, complete, bounded));
        let sums = sums.map(|n, (all, tens, complete, bounded)| {
            (n, all.len(), tens.iter().sum::<u64>(), complete.len(), bounded.iter().sum::<u64>())
        });
        assert_that(&sums).contains_in_any_order([(1, 1, 10, 2, 300), (3, 1, 10, 2, 300), (2, 2, 20, 2, 300)]);
    });
}

#[test]
fn a_bounded_main_input_reads_what_goes_on() {
    everywhere(|p| {
        let (_, side) = play(p, &[Side(3, 10), Side(13, 20), SideWatermark(10), Side(4, 30), SideWatermark(40)]);
        let main = p.create(0..30i64).with_timestamps(|n| Timestamp::from_millis(*n)).window(Windowing::fixed(ms(10)));
        let one = side.window(Windowing::fixed(ms(10))).as_singleton_or(7);
        let sums = main.with_side(one).map(|n, one| (n / 10, *one)).distinct().map(|(n, one)| (n, one));
        assert_that(&sums).contains_in_any_order([(0, 10), (1, 20), (2, 7)]);
    });
}

/// Where a step reads a side input while it changes, another one reads one that has to be complete.
#[test]
fn a_step_behind_one_that_waits_waits_for_its_own() {
    everywhere(|p| {
        let (main, side) = play(p, &[Main(5, 1), Side(3, 10), SideWatermark(10), Main(15, 2)]);
        let (main, side) = (main.window(Windowing::fixed(ms(10))), side.window(Windowing::fixed(ms(10))));
        let factor = p.sequence(0..5).count().as_singleton();
        let first = main.with_side(side.as_singleton_or(1)).map(|n, one| n * one);
        let second = first.with_side(factor).map(|n, factor| n * factor);
        let third = second.with_side(side.as_list()).map(|n, list| (n, list.len()));
        assert_that(&third).contains_in_any_order([(50, 1), (10, 0)]);
    });
}
