//! Elements at a rate.

use super::{at, drain, open, poll, try_poll};
use crate::{Next, Reader, Source, SplitTarget, generate};
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn elements_are_due_at_their_times() {
    let reader = &mut open(&generate(4.0, |n| n * 10))[0];
    assert_eq!(reader.watermark(), crate::Timestamp::MIN);
    assert_eq!(poll(reader, at(1_000)), (vec![(0, at(1_000))], Next::WakeAt(at(1_250))));
    assert_eq!(reader.watermark(), at(1_250), "nothing comes before that");
    assert_eq!(poll(reader, at(1_100)), (vec![], Next::WakeAt(at(1_250))));
    assert_eq!(poll(reader, at(1_600)), (vec![(10, at(1_250)), (20, at(1_500))], Next::WakeAt(at(1_750))));
}

#[test]
fn what_is_made_up_for_is_bounded() {
    let reader = &mut open(&generate(10.0, |n| n).catch_up(Duration::from_millis(300)))[0];
    poll(reader, at(0));
    let late = poll(reader, at(60_000));
    let expected = [(1, at(59_700)), (2, at(59_800)), (3, at(59_900)), (4, at(60_000))];
    assert_eq!(late, (expected.to_vec(), Next::WakeAt(at(60_100))));
}

#[test]
fn without_a_limit_elements_have_the_present_time() {
    let reader = &mut open(&generate(f64::INFINITY, |n| n))[0];
    assert_eq!(try_poll(reader, at(5), 2).unwrap(), (vec![(0, at(5)), (2, at(5))], Next::More));
    assert_eq!(reader.watermark(), at(5));
    assert_eq!(try_poll(reader, at(7), 1).unwrap().0, [(4, at(7))]);
}

#[test]
fn few_elements_are_made_by_one_worker() {
    let parts = |rate: f64| generate(rate, |n| n).splits(&SplitTarget { parallelism: 8 }).map(|splits| splits.len());
    assert_eq!([0.1, 10_000.0, 25_000.0, 1e9].map(|rate| parts(rate).unwrap()), [1, 1, 3, 8]);
    for rate in [0.0, -1.0, f64::NAN] {
        assert!(parts(rate).unwrap_err().to_string().contains("has to be above 0"));
    }
}

proptest! {
    #[test]
    fn no_number_is_left_out_and_nothing_is_late(
        rate in 1f64..30_000.0,
        pauses in prop::collection::vec(0i64..3_000, 1..6),
        room in 1usize..50,
    ) {
        for (first, mut reader) in open(&generate(rate, |n| n)).into_iter().enumerate() {
            let (mut now, mut before, mut all) = (at(0), reader.watermark(), Vec::new());
            for pause in &pauses {
                now = now + Duration::from_millis(*pause as u64);
                let (elements, next) = drain(&mut reader, now, room);
                prop_assert!(elements.iter().all(|(_, time)| before <= *time && *time <= now));
                prop_assert!(elements.is_sorted_by_key(|(_, time)| *time));
                before = reader.watermark();
                prop_assert_eq!(next, Next::WakeAt(before));
                prop_assert!(before > now && elements.len() as f64 <= rate * 1.01 + 2.0);
                all.extend(elements.into_iter().map(|(n, _)| n));
            }
            let step = if rate > 10_000.0 { 2 } else { 1 };
            prop_assert!(all.iter().copied().eq((first as u64..).step_by(step).take(all.len())));
        }
    }
}
