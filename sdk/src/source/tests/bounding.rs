//! The beginning of a source, and what comes behind it.

use super::{PAUSE, Scripted, Step, at, drain, open, poll, values};
use crate::source::Waker;
use crate::{Monotonic, Next, Pipeline, Reader, Source, SourceBatch, SplitTarget};
use proptest::prelude::*;
use std::time::Duration;

/// Splits of one element a step.
fn steps(splits: &[&[i64]]) -> Vec<Vec<Step>> {
    splits.iter().map(|split| split.iter().map(|n| Step::Read(vec![*n])).collect()).collect()
}

#[test]
fn a_number_of_elements_is_taken_from_all_splits_together() {
    let endless = Scripted::endless(steps(&[&[1, 2, 3], &[10, 20, 30]])).take(5);
    assert!(endless.is_bounded() && endless.stops_when_drained());
    let readers = &mut open(&endless);
    assert_eq!(readers.len(), 1);
    let (elements, next) = drain(&mut readers[0], at(0), 100);
    assert_eq!((values(elements), next), (vec![1, 10, 2, 20, 3], Next::Done));
    assert_eq!(readers[0].bytes_read(), 5);

    let bounded = Scripted::bounded(steps(&[&[1, 2], &[10, 20]]));
    assert!(!bounded.clone().take(3).stops_when_drained());
    let taken = |count| values(drain(&mut open(&bounded.clone().take(count))[0], at(0), 100).0);
    assert_eq!([taken(0), taken(3), taken(9)], [vec![], vec![1, 2, 10], vec![1, 2, 10, 20]]);
}

#[test]
fn readers_that_push_too_much_do_not_give_too_much() {
    let source = Scripted::endless(vec![vec![Step::Read((0..50).collect())]]);
    assert_eq!(values(drain(&mut open(&source.take(7))[0], at(0), 100).0), (0..7).collect::<Vec<_>>());
}

#[test]
fn a_time_counts_from_the_first_poll() {
    let silent = Scripted::endless(vec![vec![Step::Read(vec![1]), Step::Nothing, Step::Read(vec![2])]]);
    let reader = &mut open(&silent.take_for(Duration::from_millis(500)))[0];
    assert_eq!(poll(reader, at(7_000)), (vec![(1, crate::Timestamp::MIN)], Next::More));
    assert_eq!(poll(reader, at(7_100)).1, Next::WakeAt(at(7_500)));
    assert_eq!(poll(reader, at(7_500)), (vec![], Next::Done));
}

#[test]
fn reading_ends_at_a_watermark() {
    let source = Scripted::endless(steps(&[&[10, 20, 30, 40], &[15, 25, 35, 45]]));
    let in_time = source.with_timestamps(|n| at(*n), Monotonic::default());
    let (elements, next) = drain(&mut open(&in_time.until(at(30)))[0], at(0), 100);
    assert_eq!((values(elements), next), (vec![10, 15, 20, 25, 30, 35], Next::Done));
}

#[test]
fn an_idle_split_does_not_keep_reading_from_its_end() {
    let source = Scripted::endless(vec![vec![Step::Nothing], vec![Step::Read(vec![10]), Step::Read(vec![99])]]);
    let in_time = source.with_timestamps(|n| at(*n), Monotonic::default()).idle_after(Duration::ZERO);
    let (elements, next) = drain(&mut open(&in_time.until(at(50)))[0], at(0), 100);
    assert_eq!((values(elements), next), (vec![10, 99], Next::Done));
}

#[test]
fn whoever_is_woken_is_asked_before_its_time() {
    let source = Scripted::endless(vec![vec![Step::Nothing, Step::Read(vec![1])], vec![Step::Nothing]]).take(1);
    let mut reader = source.open(source.splits(&SplitTarget { parallelism: 1 }).unwrap().remove(0)).unwrap();
    assert_eq!(drain(&mut reader, at(0), 9).1, Next::WakeAt(at(0) + PAUSE));
    reader.turns().wake(0);
    assert_eq!(drain(&mut reader, at(1), 9).0, [(1, crate::Timestamp::MIN)]);
}

#[test]
fn what_there_was_comes_before_what_comes() {
    let history = Scripted::bounded(steps(&[&[1, 2], &[3]]));
    let both = history.concat(Scripted::endless(steps(&[&[10, 20], &[11, 21]])));
    assert!(!both.is_bounded());
    let in_time = both.clone().with_timestamps(|n| at(*n), Monotonic::default());
    let reader = &mut open(&in_time)[0];
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.extend(values(poll(reader, at(0)).0).into_iter().map(|n| (n, reader.watermark().millis())));
    }
    assert_eq!(seen, [(1, 1), (2, 2), (3, 3), (10, 10), (11, 11), (20, 20), (21, 21)]);
    assert_eq!(both.label(), "Scripted, then Scripted");
    assert_eq!(
        both.describe(&both.splits(&SplitTarget { parallelism: 1 }).unwrap()[0]),
        "2 steps and 1 more, then 2 steps and 1 more"
    );
}

#[test]
fn live_splits_are_shared_when_they_have_begun() {
    let source = Scripted::bounded(steps(&[&[1]])).concat(Scripted::endless(steps(&[&[10], &[20], &[30]])));
    let reader = &mut open(&source)[0];
    assert!(reader.try_split(0.5).is_none());
    assert_eq!(values(poll(reader, at(0)).0), [1]);
    assert_eq!(values(poll(reader, at(0)).0), [10]);
    let mut given = source.open(reader.try_split(0.5).unwrap()).unwrap();
    assert_eq!(values(drain(&mut given, at(0), 9).0), [30]);
    assert_eq!(values(drain(reader, at(0), 9).0), [20]);
    assert!(reader.is_caught_up() && reader.try_split(0.5).is_none());
}

#[test]
fn nothing_comes_behind_a_source_without_an_end() {
    let source = Scripted::endless(vec![]).concat(Scripted::endless(vec![]));
    let error = source.splits(&SplitTarget { parallelism: 1 }).unwrap_err().to_string();
    assert!(error.contains("behind Scripted, which has no end"), "{error}");
}

#[test]
fn collections_know_whether_they_end() {
    let p = Pipeline::new();
    let endless = || Scripted::endless(vec![]);
    let bounded = [
        p.read(endless().take(1)).named("a").is_bounded(),
        p.read(endless().until(at(1)).arriving().idle_after(PAUSE)).named("b").is_bounded(),
        p.read(Scripted::bounded(vec![]).concat(endless().take_for(PAUSE))).named("c").is_bounded(),
        p.read(Scripted::bounded(vec![]).concat(endless())).named("d").is_bounded(),
        p.read(endless().with_timestamps(|n| at(*n), Monotonic::default())).named("e").is_bounded(),
    ];
    assert_eq!(bounded, [true, true, true, false, false]);
}

proptest! {
    /// Whatever the batches are, and wherever silence is: the first elements of the splits, in their order.
    #[test]
    fn what_is_taken_is_the_beginning_of_each_split(
        splits in prop::collection::vec(prop::collection::vec(prop::option::of(1usize..5), 0..8), 1..4),
        count in 0u64..40,
        room in 1usize..9,
        is_bounded in any::<bool>(),
    ) {
        let mut next = 0..;
        let script: Vec<Vec<Step>> = splits.iter().map(|split| split.iter().map(|step| match step {
            Some(n) => Step::Read(next.by_ref().take(*n).collect()),
            None => Step::Nothing,
        }).collect()).collect();
        let all = next.start as u64;
        let reader = &mut open(&Scripted { splits: script.clone(), is_bounded }.take(count))[0];
        let mut taken = Vec::new();
        for round in 0..200 {
            let (mut values, mut times) = (Vec::new(), Vec::new());
            let now = at(0) + round * PAUSE;
            let mut out = SourceBatch::new(&mut values, &mut times, room).at(now, Waker::default());
            let next = reader.poll(&mut out).unwrap();
            taken.extend(values);
            if next == Next::Done {
                break;
            }
        }
        prop_assert_eq!(taken.len() as u64, all.min(count));
        for split in script {
            let of_split: Vec<i64> = split.into_iter().flat_map(|step| match step { Step::Read(n) => n, _ => vec![] }).collect();
            let seen: Vec<i64> = taken.iter().copied().filter(|n| of_split.contains(n)).collect();
            prop_assert_eq!(&seen, &of_split[..seen.len()]);
        }
    }
}
