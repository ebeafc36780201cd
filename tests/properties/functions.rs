//! The functions that random pipelines call: the same for the engine and for the interpreter.

/// What the largest of no values is.
pub(crate) const NO_MAX: i64 = -1;

/// Keeps numbers small, so that keys meet and sums fit.
pub(crate) fn small(x: i64) -> i64 {
    x % 97
}

pub(crate) fn map(a: u8, x: i64) -> i64 {
    small(x * i64::from(a) + 1)
}

pub(crate) fn mix(x: i64, y: i64) -> i64 {
    small(small(x) * 3 + small(y))
}

pub(crate) fn several(n: u8, x: i64) -> impl Iterator<Item = i64> {
    (0..i64::from(n)).filter(move |i| (x + i) % 2 == 0).map(move |i| small(x + i))
}

pub(crate) fn keep(n: u8, x: i64) -> bool {
    x % i64::from(n) == 0
}

pub(crate) fn part(n: u8, x: i64) -> usize {
    x.rem_euclid(i64::from(n)) as usize
}

pub(crate) fn key(n: u8, x: i64) -> i64 {
    x % i64::from(n)
}

/// The timestamp that a value gets, if it gets one.
pub(crate) fn stamp(n: u8, x: i64) -> Option<i64> {
    (x % i64::from(n) == 0).then_some(x * 10)
}

/// The timestamp of an element of the stamped source, if it has one.
pub(crate) fn time_of(x: i8) -> Option<i64> {
    (x > -5).then_some(i64::from(x) / 3)
}

/// The same for all orders of the values.
pub(crate) fn fold(values: &[i64]) -> i64 {
    fold_iter(values.iter().copied(), values.iter().copied())
}

/// `fold` of values that are gone over twice.
pub(crate) fn fold_iter(first: impl Iterator<Item = i64>, second: impl Iterator<Item = i64>) -> i64 {
    let sum: i64 = first.map(|v| v * v).sum();
    small(sum) + small(second.count() as i64) * 7
}

pub(crate) fn fold_all(parts: impl Iterator<Item = i64>) -> i64 {
    parts.fold(0, |all, part| small(all * 5 + part))
}

pub(crate) fn joined(left: Option<i64>, right: Option<i64>) -> i64 {
    mix(left.unwrap_or(50), right.unwrap_or(60))
}

pub(crate) fn tuple((count, sum, max): (u64, i64, i64)) -> i64 {
    mix(count as i64, mix(sum, max))
}

pub(crate) fn with_list(x: i64, list: &[i64]) -> Vec<i64> {
    let mut out = vec![mix(x, list.len() as i64)];
    out.extend(list.iter().filter(|y| **y == x).take(1));
    out.push(mix(x, list.iter().sum()));
    out
}

pub(crate) fn look_up(x: i64, values: Option<&Vec<i64>>) -> Vec<i64> {
    values.into_iter().flatten().map(|v| mix(x, *v)).collect()
}
