//! Side inputs, and main inputs that wait for them.

use crate::{elements, only, runner, sum_to, text};
use beamline::combine::{Count, Max, Sum};
use beamline::{BoxError, Cx, DoFn, ErrorKind, Pipeline, Timestamp};

#[test]
fn a_side_input_that_is_too_large_is_an_error() {
    let p = Pipeline::new();
    let large = p.sequence(0..1_000_000).map(|i| (i, text(i))).as_map();
    p.create([1]).with_side(large).map(|x, map| x + map.len());
    let error = crate::support::run(&runner(), p.graph().unwrap(), "too large").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
    assert!(error.to_string().contains("does not fit into memory"), "{error}");
}

#[test]
fn the_main_input_waits_on_disk() {
    let p = Pipeline::new();
    let numbers = p.sequence(0..3_000_000);
    let max = numbers.combine(Max.or(0)).as_singleton();
    let from_end = numbers.with_side(max).map(|x, max| max - x);
    assert_eq!(only(&from_end.combine((Count, Sum)), "held"), (3_000_000, sum_to(3_000_000)));
}

#[test]
fn the_main_input_leaves_room_for_the_side_input() {
    let p = Pipeline::new();
    let texts = p.sequence(0..400_000).map(text);
    let few = texts.filter(|text| text.as_bytes()[7] == b'0').as_list();
    let lengths = texts.with_side(few).map(|text, few| (text.len() + few.len()) as u64);
    let expected = 400_000 * (text(0).len() as u64 + 40_000);
    assert_eq!(only(&lengths.combine((Count, Sum)), "room"), (400_000, expected));
}

#[test]
fn small_batches_wait_in_little_memory() {
    let p = Pipeline::new();
    let numbers = p.sequence(0..3000);
    let list = numbers.as_list();
    let sums = numbers.with_side(list).map(|x, list| x + list.len() as u64);
    let found = elements(&sums.combine((Count, Sum)), &runner().batch_size(1), "small batches");
    assert_eq!(found, [(3000, sum_to(3000) + 3000 * 3000)]);
}

#[test]
fn groups_leave_room_for_a_side_input() {
    // The group comes first and takes all memory there is; the side input is made of it.
    let p = Pipeline::new();
    let groups = p.sequence(0..1_500_000).map(|i| (i % 200_000, i)).group_by_key();
    let large = p.sequence(0..1_500_000).map(|i| (i, i)).group_by_key();
    let sizes = groups.map(|(key, values)| (key, values.len() as u64)).filter(|(key, _)| key % 8 == 0).as_map();
    let found = large.with_side(sizes).map(|(key, _), sizes| sizes.get(&key).copied().unwrap_or(0));
    let expected = (0..200_000).filter(|k| k % 8 == 0).map(|k| if k < 100_000 { 8 } else { 7 }).sum::<u64>();
    assert_eq!(only(&found.combine((Count, Sum)), "groups and a side input"), (1_500_000, expected));
}

/// Makes every number its own timestamp.
#[derive(Clone)]
struct Stamp;

impl DoFn<u64> for Stamp {
    type Out = u64;
    fn process(&mut self, x: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.emit_at(Timestamp::from_millis(x as i64), x);
        Ok(())
    }
}

/// Sees that every number is its own timestamp still.
#[derive(Clone)]
struct Check;

impl DoFn<u64> for Check {
    type Out = u64;
    fn process(&mut self, x: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if cx.timestamp().millis() != x as i64 {
            return Err(format!("{x} has the timestamp {:?}", cx.timestamp()).into());
        }
        cx.emit(x);
        Ok(())
    }
}

#[test]
fn timestamps_wait_on_disk_too() {
    let p = Pipeline::new();
    let numbers = p.sequence(0..2_000_000).par_do(Stamp);
    let count = numbers.count().as_singleton();
    let all = numbers.with_side(count).filter(|_, count| *count == 2_000_000);
    assert_eq!(only(&all.par_do(Check).combine((Count, Sum)), "timestamps"), (2_000_000, sum_to(2_000_000)));
}
