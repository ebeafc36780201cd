//! Of collections that end there is none.

use super::{Remember, in_ten_seconds, pairs};
use crate::panes::{SECOND, at};
use beamline::Within;
use beamline::combine::Sum;
use beamline::testing::{TestPipeline, assert_that};

/// Nothing is late in a collection that ends; the steps are the same.
#[test]
fn there_is_none_in_a_collection_that_ends() {
    let p = TestPipeline::new();
    let numbers = in_ten_seconds(&p.create(pairs([("a", 1), ("b", 3)])).with_timestamps(|(_, n)| at(*n as i64)));
    let sums = numbers.keeping_late_data().combine_per_key(Sum);
    let counts = numbers.keeping_late_data().count_per_element();
    let groups = numbers.keeping_late_data().co_group(&numbers);
    let remembered = numbers.keeping_late_data().par_do_stateful(Remember).named("Remember");
    let global = p.create(pairs([("a", 1), ("b", 3)]));
    let joined = global.keeping_late_data().interval_join(&global, Within::around(SECOND));
    assert_that(&sums.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
    assert_that(&counts.results).has_count(2);
    assert_that(&groups.results).has_count(2);
    assert_that(&remembered.results).contains_in_any_order([1, 3]);
    assert_that(&joined.results).has_count(2);
    let distinct = numbers.keeping_late_data().distinct();
    let latest = numbers.keeping_late_data().latest_per_key();
    let paired = numbers.keeping_late_data().full_join(&numbers);
    let listed = numbers.keeping_late_data().as_list();
    let read = numbers.keeping_late_data().with_side(listed.view.clone()).map(|_, list| list.len());
    assert_that(&distinct.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
    assert_that(&latest.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
    assert_that(&paired.results).has_count(2);
    assert_that(&read.results).contains_in_any_order([2, 2]);
    for late in [distinct.late, latest.late, paired.late.0, paired.late.1, listed.late, read.late] {
        assert_that(&late).is_empty();
    }
    for late in [sums.late, counts.late, groups.late.0, groups.late.1, remembered.late, joined.late.0, joined.late.1] {
        assert_that(&late).is_empty();
    }
    p.run();
}
