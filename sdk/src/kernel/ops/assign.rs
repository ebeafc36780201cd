//! Giving elements timestamps and windows.

use super::windows_of::{WindowsOf, one_if_same};
use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Col, Operator, Output, Push, Wiring};
use crate::metrics::Counter;
use crate::window::{AnyWindowFn, WindowSet};
use crate::{Element, Error, ErrorKind, Result, Step, Timestamp};
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

/// Puts every element into the windows of its timestamp. Those that get none are dropped, and counted.
pub(crate) struct AssignWindows<T> {
    windows: WindowsOf,
    /// Whether they are those of a function that may do anything.
    are_custom: bool,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element> AssignWindows<T> {
    pub(crate) fn new(wiring: &Wiring<'_>, window_fn: AnyWindowFn) -> Self {
        let are_custom = matches!(window_fn, AnyWindowFn::Custom(_));
        Self { windows: WindowsOf::new(window_fn), are_custom, step: wiring.step.clone(), output: wiring.output(0) }
    }
}

impl<T: Element> Push<T> for AssignWindows<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        batch.meta.windows = catch(&self.step, || self.windows.of(&batch.meta.time))?;
        if self.are_custom {
            check_all(batch, &self.step)?;
        }
        drop_rows_without_windows(batch);
        self.output.push(batch)
    }
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
                check(&windows, &self.step)?;
                all.push(windows);
            }
            Ok(())
        };
        let result = catch(&self.step, each);
        result.and_then(|result| result).map_err(|error| error.at(render(&batch.values[all.len()])))?;
        batch.meta.windows = one_if_same(all);
        drop_rows_without_windows(batch);
        self.output.push(batch)
    }
}

impl<T, F> Operator for AssignWindowsBy<T, F> {}

/// Looks for the element only if there is something to say of it.
fn check_all<T: Element>(batch: &Batch<T>, step: &Arc<Step>) -> Result<()> {
    let windows = &batch.meta.windows;
    windows.values().iter().try_for_each(|windows| check(windows, step)).map_err(|error| {
        let row = (0..batch.len()).find(|row| check(windows.get(*row), step).is_err());
        row.into_iter().fold(error, |error, row| error.at(render(&batch.values[row])))
    })
}

/// No time would ever be that of a window without an instant.
fn check(windows: &WindowSet, step: &Arc<Step>) -> Result<()> {
    let Some(empty) = windows.iter().find(|window| window.end <= window.start) else { return Ok(()) };
    let message = format!("the window {empty} has no instant: its end has to be behind its start");
    Err(Error::new(ErrorKind::User, message).in_step(step))
}

fn drop_rows_without_windows<T>(batch: &mut Batch<T>) {
    let (before, windows) = (batch.len(), &batch.meta.windows);
    if windows.values().iter().all(|windows| !windows.is_empty()) {
        return;
    }
    let kept: Vec<bool> = (0..before).map(|row| !windows.get(row).is_empty()).collect();
    // Those without windows may be times of which no row is left.
    if kept.iter().all(|kept| *kept) {
        return;
    }
    let mut kept_values = kept.iter();
    batch.values.retain(|_| kept_values.next().is_some_and(|kept| *kept));
    batch.meta.retain(&kept);
    NO_WINDOW.inc((before - batch.len()) as u64);
}

impl<T> Operator for AssignWindows<T> {}
