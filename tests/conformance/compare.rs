//! Expected against actual.

use crate::case::{Case, ExpectedPane, TimeSpec};
use crate::drivers::{Outcome, Produced};
use beamline::window::Window;
use std::collections::BTreeMap;

type Groups<'a, T> = BTreeMap<(&'a str, Window), Vec<&'a T>>;

/// Compares by key and window: within both, the order counts. Says where the two part first.
pub(crate) fn compare(case: &Case, actual: &Outcome) -> Result<(), String> {
    let mut expected: Groups<'_, ExpectedPane> = BTreeMap::new();
    case.expected.iter().for_each(|pane| expected.entry((&pane.key, pane.window.window())).or_default().push(pane));
    let mut produced: Groups<'_, Produced> = BTreeMap::new();
    actual.panes.iter().for_each(|pane| produced.entry((&pane.key, pane.window)).or_default().push(pane));
    let groups: std::collections::BTreeSet<_> = expected.keys().chain(produced.keys()).copied().collect();
    let none = (Vec::new(), Vec::new());
    let differences = groups.into_iter().filter_map(|group| {
        let (expected, produced) = (expected.get(&group).unwrap_or(&none.0), produced.get(&group).unwrap_or(&none.1));
        compare_group(expected, produced).map(|(step, text)| (step, group, text))
    });
    if let Some((step, (key, window), text)) = differences.min_by_key(|(step, ..)| *step) {
        return Err(format!("event {step}, key {key}, {window}: {text}"));
    }
    compare_count("dropped_late", case.dropped_late, actual.dropped_late)?;
    compare_count("dropped_closed", case.dropped_closed, actual.dropped_closed)
}

fn compare_count(what: &str, expected: Option<usize>, actual: usize) -> Result<(), String> {
    match expected {
        Some(expected) if expected != actual => Err(format!("{what}: expected {expected}, got {actual}")),
        _ => Ok(()),
    }
}

/// The event at which two lists of panes part, and how.
fn compare_group(expected: &[&ExpectedPane], produced: &[&Produced]) -> Option<(usize, String)> {
    for i in 0..expected.len().max(produced.len()) {
        match (expected.get(i), produced.get(i)) {
            (Some(expected), Some(produced)) if matches(expected, produced) => {}
            (Some(expected), Some(produced)) => {
                let step = expected.step.min(produced.step);
                return Some((step, format!("expected {}, got {produced}", describe(expected))));
            }
            (Some(expected), None) => {
                return Some((expected.step, format!("expected {}, got nothing", describe(expected))));
            }
            (None, Some(produced)) => return Some((produced.step, format!("expected nothing, got {produced}"))),
            (None, None) => {}
        }
    }
    None
}

fn is<T: PartialEq>(expected: Option<&T>, actual: &T) -> bool {
    expected.is_none_or(|expected| expected == actual)
}

fn matches(expected: &ExpectedPane, actual: &Produced) -> bool {
    let info = &expected.pane;
    expected.step == actual.step
        && is(expected.values.as_ref(), &actual.values)
        && is(expected.timestamp_ms.as_ref().map(TimeSpec::timestamp).as_ref(), &actual.timestamp)
        && is(info.is_first.as_ref(), &actual.pane.first)
        && is(info.is_last.as_ref(), &actual.pane.last)
        && is(info.timing.as_deref().as_ref(), &actual.timing())
        && is(info.index.as_ref(), &i64::from(actual.pane.index))
        && is(info.on_time_index.as_ref(), &actual.on_time_index())
}

/// An expected pane in the words of an actual one; `?` stands for what is left open.
fn describe(expected: &ExpectedPane) -> String {
    fn or<T: std::fmt::Debug>(value: Option<T>) -> String {
        value.map_or("?".to_owned(), |value| format!("{value:?}"))
    }
    let info = &expected.pane;
    let flag = |flag: Option<bool>, name: &str| match flag {
        Some(true) => format!(" {name}"),
        Some(false) => String::new(),
        None => format!(" {name}?"),
    };
    let timestamp = or(expected.timestamp_ms.as_ref().map(TimeSpec::timestamp));
    let timing = info.timing.as_deref().unwrap_or("?");
    let (index, on_time) = (or(info.index), or(info.on_time_index));
    let (first, last) = (flag(info.is_first, "first"), flag(info.is_last, "last"));
    let (step, values) = (expected.step, or(expected.values.as_ref()));
    format!("step {step} {values} at {timestamp}, {timing} pane {index}/{on_time}{first}{last}")
}
