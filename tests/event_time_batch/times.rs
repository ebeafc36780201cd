//! Elements with times, and results in windows.

use beamline::window::{Pane, Window};
use beamline::{Element, PCollection, Pipeline, Timestamp, ValueInWindow};
use std::time::Duration;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window { start: at(start), end: at(end) }
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Elements at times, spread over all workers.
pub(crate) fn timed<T: Element>(p: &Pipeline, elements: impl IntoIterator<Item = (i64, T)>) -> PCollection<T> {
    p.create(elements).reshuffle().with_timestamps(|(time, _)| at(*time)).map(|(_, element)| element)
}

/// What no grouping has touched.
pub(crate) fn unpaned<T>(value: T, timestamp: i64, window: Window) -> ValueInWindow<T> {
    ValueInWindow { value, timestamp: at(timestamp), window, pane: Pane::UNKNOWN }
}

/// The one result of the window from `start` to `end`: at its last instant.
pub(crate) fn only<T>(start: i64, end: i64, value: T) -> ValueInWindow<T> {
    ValueInWindow { value, timestamp: at(end - 1), window: window(start, end), pane: Pane::ONLY }
}
