//! The worked example of the literature on the model: two users who score, one of them in two sittings.

use crate::support::everywhere;
use crate::times::{only, timed};
use beamline::prelude::*;
use beamline::testing::assert_that;
use std::time::Duration;

const MINUTE: i64 = 60_000;

/// Minutes after noon, as milliseconds of the day.
const fn clock(hour: i64, minute: i64) -> i64 {
    (hour * 60 + minute) * MINUTE
}

fn scores(p: &Pipeline) -> PCollection<(char, f64)> {
    let of_a = [(2, 1.0), (8, 1.0), (14, 1.0), (41, 2.5), (46, 1.0)].map(|(minute, score)| (minute, ('A', score)));
    let of_b = [(12, 1.0), (35, 2.0), (43, 2.0), (52, 2.0)].map(|(minute, score)| (minute, ('B', score)));
    timed(p, of_a.into_iter().chain(of_b).map(|(minute, score)| (clock(1, minute), score)))
}

#[test]
fn sessions_of_each_user() {
    everywhere(|p| {
        let sums = scores(p).window(Windowing::sessions(Duration::from_mins(10))).combine_per_key(Sum);
        assert_that(&sums.reify_windows()).contains_in_any_order([
            only(clock(1, 2), clock(1, 24), ('A', 3.0)),
            only(clock(1, 41), clock(1, 56), ('A', 3.5)),
            only(clock(1, 12), clock(1, 22), ('B', 1.0)),
            only(clock(1, 35), clock(2, 2), ('B', 6.0)),
        ]);
    });
}

#[test]
fn half_hours_of_both_users() {
    everywhere(|p| {
        let sums = scores(p).window(Windowing::fixed(Duration::from_mins(30))).values().combine(Sum);
        assert_that(&sums.reify_windows())
            .contains_in_any_order([only(clock(1, 0), clock(1, 30), 4.0), only(clock(1, 30), clock(2, 0), 9.5)]);
    });
}

#[test]
fn half_hours_every_twenty_minutes() {
    everywhere(|p| {
        let windowing = Windowing::sliding(Duration::from_mins(30), Duration::from_mins(20));
        let sums = scores(p).window(windowing).values().combine(Sum);
        // The first window, which begins before there is anything, has what comes in its last minutes.
        assert_that(&sums.reify_windows()).contains_in_any_order([
            only(clock(0, 40), clock(1, 10), 2.0),
            only(clock(1, 0), clock(1, 30), 4.0),
            only(clock(1, 20), clock(1, 50), 7.5),
            only(clock(1, 40), clock(2, 10), 7.5),
        ]);
    });
}
