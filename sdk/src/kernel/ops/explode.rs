//! Rows of several windows as a row for each.

use crate::Result;
use crate::kernel::{Batch, Col, Stamp};
use crate::window::Window;

/// Hands a batch to `f` so that every row is in one window: as it is where that is so already, else in pieces of at most
/// `capacity` rows. The batch is empty afterwards.
pub(super) fn each_in_one_window<T: Clone>(
    batch: &mut Batch<T>,
    capacity: usize,
    mut f: impl FnMut(&mut Batch<T>) -> Result<()>,
) -> Result<()> {
    let is_in_one = batch.meta.windows.values().iter().all(|windows| windows.len() == 1);
    if is_in_one {
        return f(batch);
    }
    in_pieces(batch, |piece, _| piece.is_full(capacity), f)
}

/// Hands the rows of a batch to `f` in pieces of at most `capacity`, all rows of a piece in the same single window. The
/// batch is empty afterwards.
pub(super) fn each_window<T: Clone>(
    batch: &mut Batch<T>,
    capacity: usize,
    mut f: impl FnMut(&mut Batch<T>, Window) -> Result<()>,
) -> Result<()> {
    let window_of = |piece: &Batch<T>| piece.meta.windows.get(0)[0];
    let is_complete = |piece: &Batch<T>, next| piece.len() >= capacity || window_of(piece) != next;
    match &batch.meta.windows {
        Col::Same(windows) if windows.len() == 1 => {
            let window = windows[0];
            f(batch, window)
        }
        _ => in_pieces(batch, is_complete, |piece| f(piece, window_of(piece))),
    }
}

/// Makes a row of every row and window, and hands a piece to `f` when it is complete in front of a row in the given
/// window.
fn in_pieces<T: Clone>(
    batch: &mut Batch<T>,
    is_complete: impl Fn(&Batch<T>, Window) -> bool,
    mut f: impl FnMut(&mut Batch<T>) -> Result<()>,
) -> Result<()> {
    let Batch { values, meta } = batch.take();
    let mut piece = Batch::new();
    for (row, value) in values.into_iter().enumerate() {
        let Stamp { time, windows, pane } = meta.get(row);
        for window in windows.iter().copied() {
            if !piece.is_empty() && is_complete(&piece, window) {
                f(&mut piece)?;
                piece.clear();
            }
            piece.push(value.clone(), &Stamp { time, windows: window.into(), pane });
        }
    }
    if piece.is_empty() { Ok(()) } else { f(&mut piece) }
}
