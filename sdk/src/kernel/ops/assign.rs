//! Giving elements timestamps and windows.

use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Col, Meta, Operator, Output, Push, Wiring};
use crate::metrics::Counter;
use crate::window::{AnyWindowFn, SlidingWindows, WindowSet};
use crate::{Element, Result, Step, Timestamp};
use std::ops::Range;
use std::sync::Arc;

/// Gives every element the timestamp that a function finds in it.
pub(crate) struct AssignTimestamps<T, F> {
    f: F,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element, F: Fn(&T) -> Timestamp> AssignTimestamps<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), output: wiring.output(0) }
    }
}

impl<T: Element, F: Fn(&T) -> Timestamp> Push<T> for AssignTimestamps<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let mut times = Vec::with_capacity(batch.len());
        let each = || batch.values.iter().for_each(|element| times.push((self.f)(element)));
        let result = catch(&self.step, each);
        result.map_err(|error| error.at(render(&batch.values[times.len()])))?;
        batch.meta.time = Col::Each(times);
        self.output.push(batch)
    }
}

impl<T, F> Operator for AssignTimestamps<T, F> {}

/// Counts the elements that a window function gives no window.
static NO_WINDOW: Counter = Counter::new("elements_in_no_window");

/// Elements out of order are most often in the windows of one of the last elements.
const MOST_KNOWN: usize = 8;

/// Puts every element into the windows of its timestamp. Those that get none are dropped, and counted.
pub(crate) struct AssignWindows<T> {
    window_fn: AnyWindowFn,
    /// Sliding windows found last, and the milliseconds that have them in common: the latest last.
    known: Vec<(Range<i64>, WindowSet)>,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element> AssignWindows<T> {
    pub(crate) fn new(wiring: &Wiring<'_>, window_fn: AnyWindowFn) -> Self {
        Self { window_fn, known: Vec::new(), step: wiring.step.clone(), output: wiring.output(0) }
    }

    fn windows_at(&self, time: Timestamp) -> WindowSet {
        let mut windows = WindowSet::new();
        self.window_fn.assign(time, &mut windows);
        windows
    }

    /// The windows of all rows: often those of the first.
    fn windows(&mut self, meta: &Meta) -> Col<WindowSet> {
        let times = match &meta.time {
            Col::Same(time) => return Col::Same(self.windows_at(*time)),
            Col::Each(times) => times,
        };
        match &self.window_fn {
            AnyWindowFn::Fixed(_) => return self.single_windows(times),
            AnyWindowFn::Sliding(sliding) => {
                let sliding = *sliding;
                return one_if_same(self.sliding_windows(sliding, times));
            }
            _ => {}
        }
        one_if_same(times.iter().map(|time| self.windows_at(*time)).collect())
    }

    /// The windows of all rows: those between which no window begins or ends have them in common.
    fn sliding_windows(&mut self, sliding: SlidingWindows, times: &[Timestamp]) -> Vec<WindowSet> {
        let mut all = Vec::with_capacity(times.len());
        for time in times {
            let known = self.known.iter().rev().find(|(same, _)| same.contains(&time.millis()));
            all.push(match known {
                Some((_, windows)) => windows.clone(),
                None => self.learn_windows(sliding, *time),
            });
        }
        all
    }

    #[cold]
    fn learn_windows(&mut self, sliding: SlidingWindows, time: Timestamp) -> WindowSet {
        let windows = self.windows_at(time);
        if self.known.len() == MOST_KNOWN {
            self.known.remove(0);
        }
        self.known.push((sliding.same_windows(time, &windows), windows.clone()));
        windows
    }

    /// The windows of all rows, where each instant is in one: a row is often in that of the row before.
    fn single_windows(&self, times: &[Timestamp]) -> Col<WindowSet> {
        let Some(first) = times.first() else { return Col::Same(WindowSet::new()) };
        let mut window = self.windows_at(*first)[0];
        if times.iter().all(|time| window.contains(*time)) {
            return Col::Same(window.into());
        }
        let at = |time: &Timestamp| {
            if !window.contains(*time) {
                window = self.windows_at(*time)[0];
            }
            window.into()
        };
        Col::Each(times.iter().map(at).collect())
    }
}

impl<T: Element> Push<T> for AssignWindows<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let step = self.step.clone();
        batch.meta.windows = catch(&step, || self.windows(&batch.meta))?;
        drop_rows_without_windows(batch);
        self.output.push(batch)
    }
}

fn one_if_same(mut all: Vec<WindowSet>) -> Col<WindowSet> {
    let is_same = all.iter().all(|windows| *windows == all[0]);
    all.pop_if(|_| is_same).map_or_else(|| Col::Each(all), Col::Same)
}

/// Puts every element into the windows that a function finds for it. Those that get none are dropped, and counted.
pub(crate) struct AssignWindowsBy<T, F> {
    f: F,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element, F: Fn(&T, Timestamp, &mut WindowSet)> AssignWindowsBy<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), output: wiring.output(0) }
    }
}

impl<T: Element, F: Fn(&T, Timestamp, &mut WindowSet)> Push<T> for AssignWindowsBy<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let mut all: Vec<WindowSet> = Vec::with_capacity(batch.len());
        let each = || {
            for (row, element) in batch.values.iter().enumerate() {
                let mut windows = WindowSet::new();
                (self.f)(element, *batch.meta.time.get(row), &mut windows);
                all.push(windows);
            }
        };
        let result = catch(&self.step, each);
        result.map_err(|error| error.at(render(&batch.values[all.len()])))?;
        batch.meta.windows = one_if_same(all);
        drop_rows_without_windows(batch);
        self.output.push(batch)
    }
}

impl<T, F> Operator for AssignWindowsBy<T, F> {}

fn drop_rows_without_windows<T>(batch: &mut Batch<T>) {
    let before = batch.len();
    match &batch.meta.windows {
        Col::Same(windows) if windows.is_empty() => batch.clear(),
        Col::Each(windows) if windows.iter().any(|windows| windows.is_empty()) => {
            let kept: Vec<bool> = windows.iter().map(|windows| !windows.is_empty()).collect();
            let mut row = 0;
            batch.values.retain(|_| {
                row += 1;
                kept[row - 1]
            });
            batch.meta.retain(&kept);
        }
        _ => return,
    }
    NO_WINDOW.inc((before - batch.len()) as u64);
}

impl<T> Operator for AssignWindows<T> {}
