//! Rows of several windows as a row for each.

use crate::Result;
use crate::kernel::{Batch, Col, Stamp};
use crate::window::WindowSet;
use smallvec::smallvec;

/// Hands a batch to `f` so that every row is in one window: as it is where that is so already, else in pieces of at most
/// `capacity` rows. The batch is empty afterwards.
pub(super) fn each_in_one_window<T: Clone>(
    batch: &mut Batch<T>,
    capacity: usize,
    mut f: impl FnMut(&mut Batch<T>) -> Result<()>,
) -> Result<()> {
    if is_in_one(&batch.meta.windows) {
        return f(batch);
    }
    let Batch { values, meta } = batch.take();
    let mut part = Batch::new();
    for (row, value) in values.into_iter().enumerate() {
        let Stamp { time, windows, pane } = meta.get(row);
        for window in windows {
            part.push(value.clone(), &Stamp { time, windows: smallvec![window], pane });
            if part.len() >= capacity {
                f(&mut part)?;
                part.clear();
            }
        }
    }
    if part.is_empty() { Ok(()) } else { f(&mut part) }
}

fn is_in_one(windows: &Col<WindowSet>) -> bool {
    match windows {
        Col::Same(windows) => windows.len() == 1,
        Col::Each(all) => all.iter().all(|windows| windows.len() == 1),
    }
}
