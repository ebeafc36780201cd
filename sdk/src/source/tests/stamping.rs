//! Where timestamps and watermarks come from.

use super::{Scripted, Step, at, open, poll, try_poll};
use crate::{BoundedOutOfOrderness, Monotonic, Next, Punctuated, Reader, Source, Timestamp, Untimed};
use std::time::Duration;

fn reading(elements: &[i64]) -> Scripted {
    Scripted::endless(vec![vec![Step::Read(elements.to_vec())]])
}

#[test]
fn elements_tell_their_times_and_the_estimator_the_watermark() {
    let estimator = BoundedOutOfOrderness::new(Duration::from_millis(10));
    let source = reading(&[30, 50, 45]).with_timestamps(|n| at(*n), estimator);
    let reader = &mut open(&source)[0];
    assert_eq!(reader.watermark(), Timestamp::MIN);
    assert_eq!(poll(reader, at(0)).0, [(30, at(30)), (50, at(50)), (45, at(45))]);
    assert_eq!(reader.watermark(), at(40));
}

#[test]
fn punctuation_is_the_watermark() {
    let source = reading(&[30, -40]).with_timestamps(|n| at(*n), Punctuated::new(|n: &i64| (*n < 0).then(|| at(-n))));
    let reader = &mut open(&source)[0];
    poll(reader, at(0));
    assert_eq!(reader.watermark(), at(40));
}

#[test]
fn the_watermark_holds_for_both_parts_of_a_split() {
    let steps = [10, 20, 30, 40].map(|n| Step::Read(vec![n]));
    let source = Scripted::endless(vec![steps.to_vec()]).with_timestamps(|n| at(*n), Monotonic::default());
    let reader = &mut open(&source)[0];
    poll(reader, at(0));
    let mut given = source.open(reader.try_split(0.5).unwrap()).unwrap();
    assert_eq!((reader.watermark(), given.watermark()), (at(10), at(10)));
    assert_eq!(poll(&mut given, at(0)).0, [(40, at(40))]);
    assert_eq!(given.watermark(), at(40));
    let again = Scripted::endless(vec![]).with_timestamps(|n| at(*n), Monotonic::default());
    assert_eq!(again.open((vec![], given.watermark())).unwrap().watermark(), at(40));
}

#[test]
fn an_element_without_a_time_is_an_error_that_shows_it() {
    let odd_is_unknown = |n: &i64| if n % 2 == 0 { Ok(at(*n)) } else { Err("odd") };
    let source = reading(&[2, 3]).with_timestamps(odd_is_unknown, Monotonic::default());
    let error = try_poll(&mut open(&source)[0], at(0), 9).unwrap_err();
    assert!(error.starts_with("no timestamp is found in element 3: odd; to go on"), "{error}");
    let source = reading(&[7]).with_timestamps(|n: &i64| (*n < 5).then(|| at(*n)), Monotonic::default());
    assert!(try_poll(&mut open(&source)[0], at(0), 9).unwrap_err().contains("element 7: "));
}

#[test]
fn elements_without_a_time_can_be_kept_at_the_watermark() {
    let odd_is_unknown = |n: &i64| (n % 2 == 0).then(|| at(*n));
    let source = reading(&[3, 2, 5]).with_timestamps(odd_is_unknown, Monotonic::default());
    let reader = &mut open(&source.untimed(Untimed::AtWatermark))[0];
    assert_eq!(poll(reader, at(0)).0, [(3, Timestamp::MIN), (2, at(2)), (5, at(2))]);
}

#[test]
fn arrival_goes_on_by_the_clock_and_not_back() {
    let steps = vec![Step::Read(vec![1]), Step::Nothing, Step::Read(vec![2])];
    let reader = &mut open(&Scripted::endless(vec![steps]).arriving())[0];
    assert_eq!(poll(reader, at(5)), (vec![(1, at(5))], Next::More));
    assert_eq!(poll(reader, at(8)), (vec![], Next::WakeAt(at(58))), "windows do not wait for the reader's pause");
    assert_eq!(reader.watermark(), at(8));
    assert_eq!(poll(reader, at(6)).0, [(2, at(8))]);
    assert!(!reader.is_idle());
}
