//! The windows of all rows of a batch, from their timestamps.

use crate::Timestamp;
use crate::kernel::Col;
use crate::window::{AnyWindowFn, FixedWindows, SlidingWindows, WindowSet, global_window};
use std::ops::Range;

/// Elements out of order are most often in the windows of one of the last elements.
const MOST_KNOWN: usize = 8;

/// Finds windows by timestamps, batch by batch.
pub(super) struct WindowsOf {
    window_fn: AnyWindowFn,
    /// Sliding windows found last, and the milliseconds that have them in common: the latest last.
    known: Vec<(Range<i64>, WindowSet)>,
}

impl WindowsOf {
    pub(super) fn new(window_fn: AnyWindowFn) -> Self {
        Self { window_fn, known: Vec::new() }
    }

    /// The windows of each row.
    pub(super) fn of(&mut self, times: &Col<Timestamp>) -> Col<WindowSet> {
        match (times, &self.window_fn) {
            (Col::Same(time), window_fn) => Col::Same(windows_at(window_fn, *time)),
            (_, AnyWindowFn::Global(_)) => Col::Same(global_window()),
            // There may be times of which no row is left: the function is not to see these.
            (Col::Few { values, rows }, window_fn @ AnyWindowFn::Custom(_)) => {
                let at = |(time, row): (&Timestamp, usize)| {
                    if rows.iter().any(|of| usize::from(*of) == row) {
                        windows_at(window_fn, *time)
                    } else {
                        WindowSet::new()
                    }
                };
                Col::Few { values: values.iter().zip(0..).map(at).collect(), rows: rows.clone() }
            }
            (Col::Few { values, rows }, window_fn) => {
                let values = values.iter().map(|time| windows_at(window_fn, *time)).collect();
                Col::Few { values, rows: rows.clone() }
            }
            (Col::Each(times), AnyWindowFn::Fixed(fixed)) => fixed_windows(*fixed, times),
            (Col::Each(times), AnyWindowFn::Sessions(sessions)) => {
                one_if_same(times.iter().map(|time| sessions.around(*time).into()).collect())
            }
            (Col::Each(times), AnyWindowFn::Sliding(sliding)) => {
                let sliding = *sliding;
                self.sliding_windows(sliding, times)
            }
            (Col::Each(times), window_fn) => {
                one_if_same(times.iter().map(|time| windows_at(window_fn, *time)).collect())
            }
        }
    }

    /// Between two borders, at which windows begin or end, all rows are in the same windows.
    fn sliding_windows(&mut self, sliding: SlidingWindows, times: &[Timestamp]) -> Col<WindowSet> {
        let mut spans: Vec<(Range<i64>, WindowSet)> = Vec::new();
        let (mut rows, mut last) = (Vec::with_capacity(times.len()), 0);
        for time in times {
            let is_in = |(span, _): &(Range<i64>, WindowSet)| span.contains(&time.millis());
            if !spans.get(last).is_some_and(is_in) {
                last = spans.iter().position(is_in).unwrap_or_else(|| {
                    spans.push(self.span(sliding, *time));
                    spans.len() - 1
                });
                if spans.len() > Col::<WindowSet>::MOST_FEW {
                    return Col::Each(times.iter().map(|time| self.span(sliding, *time).1).collect());
                }
            }
            rows.push(last as u8);
        }
        few(spans.into_iter().map(|(_, windows)| windows).collect(), rows)
    }

    /// The times around `time` whose windows are the same, and these windows.
    fn span(&mut self, sliding: SlidingWindows, time: Timestamp) -> (Range<i64>, WindowSet) {
        let known = self.known.iter().rev().find(|(same, _)| same.contains(&time.millis()));
        known.cloned().unwrap_or_else(|| self.learn(sliding, time))
    }

    #[cold]
    fn learn(&mut self, sliding: SlidingWindows, time: Timestamp) -> (Range<i64>, WindowSet) {
        let windows = windows_at(&self.window_fn, time);
        let span = (sliding.same_windows(time, &windows), windows);
        if self.known.len() == MOST_KNOWN {
            self.known.remove(0);
        }
        self.known.push(span.clone());
        span
    }
}

fn windows_at(window_fn: &AnyWindowFn, time: Timestamp) -> WindowSet {
    let mut windows = WindowSet::new();
    window_fn.assign(time, &mut windows);
    windows
}

/// Where the windows of a batch are few, rows are numbered by how many windows they are behind the first.
fn fixed_windows(fixed: FixedWindows, times: &[Timestamp]) -> Col<WindowSet> {
    let (Some(earliest), Some(latest)) = (times.iter().min(), times.iter().max()) else {
        return Col::Same(WindowSet::new());
    };
    let (first, last, size) = (fixed.start(*earliest), fixed.start(*latest), fixed.size_millis());
    let count = (last - first) / size + 1;
    if count > Col::<WindowSet>::MOST_FEW as i64 {
        return each_fixed_window(fixed, times);
    }
    let rows = match count {
        1 => return Col::Same(fixed.beginning(first).into()),
        2 => times.iter().map(|time| u8::from(time.millis() >= last)).collect(),
        _ => times.iter().map(|time| ((time.millis() - first) / size).min(count - 1) as u8).collect(),
    };
    Col::Few { values: (0..count).map(|i| fixed.beginning(first + i * size).into()).collect(), rows }
}

/// A row is often in the window of the row before.
fn each_fixed_window(fixed: FixedWindows, times: &[Timestamp]) -> Col<WindowSet> {
    let mut window = fixed.beginning(fixed.start(times[0]));
    let at = |time: &Timestamp| {
        if !window.contains(*time) {
            window = fixed.beginning(fixed.start(*time));
        }
        window.into()
    };
    Col::Each(times.iter().map(at).collect())
}

fn few(mut values: Vec<WindowSet>, rows: Vec<u8>) -> Col<WindowSet> {
    if values.len() > 1 { Col::Few { values, rows } } else { Col::Same(values.pop().unwrap_or_default()) }
}

/// A column of windows, as one value if all of them are the same.
pub(super) fn one_if_same(mut all: Vec<WindowSet>) -> Col<WindowSet> {
    let is_same = all.iter().all(|windows| *windows == all[0]);
    all.pop_if(|_| is_same).map_or_else(|| Col::Each(all), Col::Same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::GlobalWindows;
    use proptest::prelude::*;
    use std::time::Duration;

    fn check(window_fn: &AnyWindowFn, batches: &[Vec<Timestamp>]) {
        let mut windows_of = WindowsOf::new(window_fn.clone());
        for times in batches {
            let mut column = Col::Same(Timestamp::MIN);
            times.iter().enumerate().for_each(|(row, time)| column.append(row, time));
            for column in [column, Col::Each(times.clone())] {
                let found = windows_of.of(&column);
                for (row, time) in times.iter().enumerate() {
                    assert_eq!(
                        *found.get(row),
                        windows_at(window_fn, *time),
                        "{window_fn} at {time:?} among {times:?}"
                    );
                }
            }
        }
    }

    fn time(near: i64) -> impl Strategy<Value = Timestamp> {
        prop_oneof![
            50 => (-near..near).prop_map(Timestamp::from_millis),
            1 => Just(Timestamp::MIN),
            1 => Just(Timestamp::MAX),
            1 => Just(Timestamp::END_OF_GLOBAL_WINDOW),
        ]
    }

    proptest! {
        #[test]
        fn windows_of_batches_are_those_of_their_rows(
            (size, period, offset) in (1u64..40, 1u64..40, 0u64..40),
            batches in prop::collection::vec((1i64..500).prop_flat_map(|near| prop::collection::vec(time(near), 1..60)), 1..5),
        ) {
            let millis = Duration::from_millis;
            check(&GlobalWindows.into(), &batches);
            check(&FixedWindows::new(millis(size)).offset(millis(offset)).into(), &batches);
            check(&SlidingWindows::new(millis(size), millis(period)).offset(millis(offset)).into(), &batches);
        }
    }
}
