//! Batches are vectors of rows with stamps.

use super::{batch, rows, stamp, stamps};
use crate::Timestamp;
use crate::kernel::{Batch, Stamp};
use crate::window::{Mark, Pane, global_window};
use proptest::prelude::*;

proptest! {
    #[test]
    fn retain_keeps_stamps_with_their_values(stamps in stamps(20), keep: u64) {
        let mut some = batch(0, &stamps);
        let mut expected = rows(&some);
        let keep = |x: &u64| keep >> (x % 64) & 1 == 1;
        some.retain(keep);
        expected.retain(|(x, _)| keep(x));
        prop_assert_eq!(rows(&some), expected);
    }

    #[test]
    fn appending_and_taking_moves_rows(first in stamps(10), second in stamps(10), n in 0usize..30) {
        let (mut one, mut other) = (batch(0, &first), batch(100, &second));
        let mut expected = [rows(&one), rows(&other)].concat();
        one.append(&mut other);
        prop_assert!(other.is_empty());
        let front = one.take_front(n);
        let rest = expected.split_off(n.min(expected.len()));
        prop_assert_eq!(rows(&front), expected);
        prop_assert_eq!(rows(&one), rest);
    }
}

#[test]
fn a_cleared_batch_takes_any_stamp() {
    let mut some = batch(0, &[1, 2, 3]);
    some.clear();
    some.push(7, &stamp(10));
    assert_eq!(rows(&some), [(7, stamp(10))]);
    let mut empty = Batch::<u64>::new();
    empty.append(&mut batch(1, &[4]));
    assert_eq!(rows(&empty), [(1, stamp(4))]);
}

/// A batch is full with its last row, but not between what is taken back and what comes in its place.
#[test]
fn what_is_taken_back_does_not_end_a_batch() {
    let mut batch = Batch::new();
    let pane = |mark| Pane::UNKNOWN.marked(mark);
    let mut push = |mark| {
        batch.push(0u8, &Stamp { time: Timestamp::MIN, windows: global_window(), pane: pane(mark) });
        batch.is_full(2)
    };
    assert_eq!([push(Mark::None), push(Mark::Retracts), push(Mark::None)], [false, false, true]);
    let ends = (0..100).map(|_| push(Mark::Retracts)).position(|is_full| is_full);
    assert_eq!(ends, Some(62), "however much is taken back");
}
