//! What cells hold, and when they have been written to.

use super::at;
use crate::combine::{Max, Sum};
use crate::state::{
    BagState, CombiningState, MapState, MultimapState, OrderedListState, SetState, StateCell, ValueState,
};
use crate::{Timestamp, coder};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Whether a call is a write.
fn writes<C: StateCell, R>(cell: &mut C, call: impl FnOnce(&mut C) -> R) -> bool {
    cell.take_written();
    call(cell);
    let written = cell.take_written();
    assert!(!cell.take_written(), "it is told once");
    written
}

/// What every cell does, with a way to fill it and one to look at it.
#[track_caller]
fn check<C: StateCell, L: PartialEq + Debug>(fill: impl Fn(&mut C), look: impl Fn(&C) -> L) {
    let mut cell = C::default();
    assert!(cell.is_empty() && !cell.take_written(), "a new cell is empty, and nobody has written to it");
    assert!(writes(&mut cell, &fill) && !cell.is_empty());
    assert!(!writes(&mut cell, |cell| drop(look(cell))), "looking is no write");

    let mut bytes = Vec::new();
    coder::encode(&cell, &mut bytes).unwrap();
    let loaded: C = coder::decode(&mut bytes.as_slice()).unwrap();
    assert_eq!(look(&loaded), look(&cell));

    assert!(writes(&mut cell, C::clear) && cell.is_empty());
    assert_eq!(look(&cell), look(&C::default()));
}

#[test]
fn cells_hold_what_is_written_and_say_that_it_was() {
    check::<ValueState<String>, _>(|cell| cell.set("a".to_owned()), |cell| cell.get().cloned());
    check::<BagState<u8>, _>(|cell| cell.extend([1, 2, 1]), |cell| cell.iter().copied().collect::<Vec<_>>());
    check::<CombiningState<(Sum, Max), i64>, _>(
        |cell| [3, 4, 2].map(|n| cell.add(n)).into_iter().collect(),
        CombiningState::get,
    );
    check::<SetState<u8>, _>(|cell| assert!(cell.insert(1) && cell.insert(2)), |cell| (cell.contains(&1), cell.len()));
    check::<MapState<u8, u8>, _>(
        |cell| assert_eq!(cell.insert(1, 7), None),
        |cell| (cell.get(&1).copied(), cell.contains_key(&2)),
    );
    check::<MultimapState<u8, u8>, _>(
        |cell| [(1, 7), (2, 8), (1, 9)].map(|(k, v)| cell.add(k, v)).into_iter().collect(),
        |cell| (cell.get(&1).to_vec(), cell.get(&3).to_vec(), cell.keys_len()),
    );
    check::<OrderedListState<char>, _>(
        |cell| [(5, 'b'), (-1, 'a'), (5, 'c')].map(|(t, c)| cell.add(at(t), c)).into_iter().collect(),
        |cell| cell.iter().map(|(time, c)| (time, *c)).collect::<Vec<_>>(),
    );
}

#[test]
fn changing_in_place_is_a_write_and_finding_nothing_is_none() {
    let mut value = ValueState::<u8>::default();
    assert!(!writes(&mut value, |cell| cell.get_mut().is_some()));
    assert!(writes(&mut value, |cell| *cell.get_or_insert_with(|| 1) += 1));
    assert!(writes(&mut value, |cell| cell.get_mut().map(|n| *n += 1)));
    assert!(writes(&mut value, ValueState::touch));
    assert_eq!(value.take(), Some(3));

    let mut map = MapState::<u8, u8>::default();
    assert!(!writes(&mut map, |cell| cell.get_mut(&1).is_some()));
    assert!(writes(&mut map, |cell| *cell.get_or_insert_with(1, || 1) += 1));
    assert!(writes(&mut map, |cell| cell.get_mut(&1).is_some()));
    assert_eq!(map.iter().collect::<Vec<_>>(), [(&1, &2)]);
}

#[test]
fn what_is_removed_is_returned_and_gone() {
    let mut bag = BagState::default();
    bag.extend([1, 2]);
    assert_eq!((bag.take(), bag.len()), (vec![1, 2], 0));
    let mut multimap = MultimapState::default();
    multimap.add('a', 1);
    assert_eq!((multimap.remove(&'a'), multimap.remove(&'b')), (vec![1], vec![]));
    let mut set = SetState::default();
    assert!(set.insert(1) && !set.insert(1) && set.remove(&1) && !set.remove(&1) && set.is_empty());
    let mut total = CombiningState::<Sum, i64>::default();
    total.add(2);
    total.add(3);
    assert_eq!(total.accumulator(), Some(&5));
    assert_eq!((total.take(), total.take()), (Some(5), None));
}

#[test]
fn cells_are_small() {
    assert_eq!(size_of::<ValueState<bool>>(), 2);
    assert!(size_of::<ValueState<u64>>() <= 24);
    assert!(size_of::<BagState<u64>>() <= 32);
    assert!(size_of::<OrderedListState<u64>>() <= 32);
}

proptest! {
    #[test]
    fn an_ordered_list_is_a_sorted_list(
        added in prop::collection::vec(-5i64..5, 0..30),
        start in -6i64..6,
        length in 0i64..8,
    ) {
        let mut list = OrderedListState::default();
        let mut model: Vec<(Timestamp, usize)> = Vec::new();
        for (number, time) in added.into_iter().enumerate() {
            list.add(at(time), number);
            model.push((at(time), number));
        }
        // Stable: values of the same timestamp stay in their order.
        model.sort_by_key(|(time, _)| *time);
        let span = at(start)..at(start + length);
        let (inside, outside): (Vec<_>, Vec<_>) = model.iter().copied().partition(|(time, _)| span.contains(time));
        prop_assert!(list.range(span.clone()).map(|(time, n)| (time, *n)).eq(inside.iter().copied()));
        prop_assert_eq!(list.take_range(span), inside);
        let first = list.take_first();
        prop_assert_eq!(first, outside.first().copied());
        prop_assert!(list.iter().map(|(time, n)| (time, *n)).eq(outside.iter().skip(1).copied()));
    }

    #[test]
    fn spans_have_the_ends_that_they_say(times in prop::collection::vec(0i64..6, 0..12), a in 0i64..6, b in 0i64..6) {
        let mut list = OrderedListState::default();
        let mut model = BTreeMap::<i64, usize>::new();
        for time in times {
            list.add(at(time), time);
            *model.entry(time).or_default() += 1;
        }
        let count = |range: Vec<i64>| range.iter().filter_map(|time| model.get(time)).sum::<usize>();
        let (low, high) = (a.min(b), a.max(b));
        prop_assert_eq!(list.range(at(low)..=at(high)).count(), count((low..=high).collect()));
        prop_assert_eq!(list.range(..at(high)).count(), count((0..high).collect()));
        prop_assert_eq!(list.range(at(low)..).count(), count((low..6).collect()));
        let behind = (std::ops::Bound::Excluded(at(low)), std::ops::Bound::Unbounded);
        prop_assert_eq!(list.range(behind).count(), count((low + 1..6).collect()));
    }
}
