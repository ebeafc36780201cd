//! Windows: parts 1 to 3.

use beamline::Timestamp;
use beamline::window::{AnyWindowFn, Window, WindowSet, WindowingStrategy};

pub(super) const MIN: i64 = -9_223_372_036_854_775;
/// The last instant of the global window.
const LAST: i64 = 9_223_372_036_854_775 - 86_400_000;

/// The last instant of a window.
pub(super) fn last(window: Window) -> i64 {
    LAST.min(window.end.millis() - 1)
}

/// The last instant at which a window takes elements.
pub(super) fn expiry(window: Window, strategy: &WindowingStrategy) -> i64 {
    let lateness = i128::try_from(strategy.allowed_lateness().as_millis()).unwrap_or(i128::MAX / 2);
    (i128::from(last(window)) + lateness).min(i128::from(LAST)) as i64
}

/// The windows of an element. What is behind the last instant of all windows counts as in it.
pub(super) fn assign(window_fn: &AnyWindowFn, time: i64) -> Vec<Window> {
    let time = time.min(LAST);
    match window_fn {
        AnyWindowFn::Global(_) => vec![Window::GLOBAL],
        AnyWindowFn::Fixed(f) => regular(time, f.size_millis(), f.size_millis(), f.offset_millis()),
        AnyWindowFn::Sliding(f) => regular(time, f.size_millis(), f.period_millis(), f.offset_millis()),
        AnyWindowFn::Sessions(f) => vec![cut(time, time + f.gap_millis())],
        custom => {
            let mut windows = WindowSet::new();
            custom.assign(Timestamp::from_millis(time), &mut windows);
            windows.to_vec()
        }
    }
}

/// Windows that start at each multiple of a period, and an offset, if they contain `time`.
fn regular(time: i64, size: i64, period: i64, offset: i64) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut start = time - (time - offset).rem_euclid(period);
    while start > time - size {
        windows.push(cut(start, start + size));
        start -= period;
    }
    windows
}

/// Windows end with time.
fn cut(start: i64, end: i64) -> Window {
    Window { start: Timestamp::from_millis(start.max(MIN)), end: Timestamp::from_millis(end.min(LAST + 1)) }
}

/// Groups of windows that become one, and what they become, when there is a new one.
pub(super) fn merges(window_fn: &AnyWindowFn, new: Window, open: &[Window]) -> Vec<(Vec<Window>, Window)> {
    let mut all = open.to_vec();
    all.push(new);
    all.sort_unstable();
    match window_fn {
        AnyWindowFn::Sessions(_) => sessions(&all),
        custom => custom.merge(&all).into_iter().map(|merge| (merge.from, merge.to)).collect(),
    }
}

/// Sessions that overlap become one.
fn sessions(all: &[Window]) -> Vec<(Vec<Window>, Window)> {
    let mut groups: Vec<(Vec<Window>, Window)> = Vec::new();
    for window in all {
        match groups.last_mut() {
            Some((group, whole)) if window.start < whole.end => {
                group.push(*window);
                whole.end = whole.end.max(window.end);
            }
            _ => groups.push((vec![*window], *window)),
        }
    }
    groups.retain(|(group, _)| group.len() > 1);
    groups
}
