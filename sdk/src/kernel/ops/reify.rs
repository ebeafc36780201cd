//! What goes beside the values, as values.

use super::explode::each_in_one_window;
use crate::kernel::{Batch, Operator, Output, Push, Wiring};
use crate::transforms::ValueInWindow;
use crate::window::{Mark, Pane};
use crate::{Element, Result, Timestamp};

/// Makes pairs of elements and their timestamps.
pub(crate) struct ReifyTimestamps<T>(Output<(T, Timestamp)>);

impl<T: Element> ReifyTimestamps<T> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self(wiring.output(0))
    }
}

impl<T: Element> Push<T> for ReifyTimestamps<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let Batch { values, meta } = batch.take();
        let values = values.into_iter().enumerate().map(|(row, value)| (value, *meta.time.get(row))).collect();
        self.0.push(&mut Batch { values, meta })
    }
}

impl<T> Operator for ReifyTimestamps<T> {}

/// Makes a [`ValueInWindow`] of every element and each of its windows.
pub(crate) struct ReifyWindows<T> {
    output: Output<ValueInWindow<T>>,
    capacity: usize,
}

impl<T: Element> ReifyWindows<T> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self { output: wiring.output(0), capacity: wiring.env.batch_size_of::<T>() }
    }
}

impl<T: Element> Push<T> for ReifyWindows<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        each_in_one_window(batch, self.capacity, |batch| {
            let Batch { values, meta } = batch.take();
            let with_meta = |(row, value)| ValueInWindow {
                value,
                timestamp: *meta.time.get(row),
                window: meta.windows.get(row)[0],
                pane: unmarked(*meta.pane.get(row)),
            };
            let values = values.into_iter().enumerate().map(with_meta).collect();
            self.output.push(&mut Batch { values, meta })
        })
    }
}

impl<T> Operator for ReifyWindows<T> {}

/// What is taken back is the same value as when it was shown.
fn unmarked(pane: Pane) -> Pane {
    if pane.is_retraction() { pane.marked(Mark::None) } else { pane }
}
