//! What is tried again and again, such as a function or the writer of a sink.

use crate::kernel::Batch;
use crate::{BoxError, Element, Result};
use std::ops::Range;

/// Makes attempts with rows.
///
/// Errors in results are those that fail the pipeline.
pub(in crate::kernel) trait Attempts<I: Element> {
    /// What an attempt emits.
    type Out: 'static;

    /// Whether an element in several windows is tried once for each.
    const SEES_WINDOWS: bool;

    /// Before the first attempt.
    fn set_up(&mut self) -> Result<()>;

    /// Tries rows; says what it came to grief at, if it did.
    fn attempt(&mut self, rows: &Batch<I>) -> Result<Option<Failed>>;

    /// What the attempt has emitted for the rows that are done.
    fn emitted(&mut self) -> Batch<Self::Out>;

    /// Ends a bundle of the engine; what that has emitted is returned.
    fn finish_bundle(&mut self) -> Result<Option<Batch<Self::Out>>> {
        Ok(None)
    }

    /// No more rows come.
    fn end(&mut self) -> Result<()> {
        Ok(())
    }

    /// After the last attempt, also after an error.
    fn tear_down(&mut self);
}

/// What an attempt came to grief at.
pub(in crate::kernel) struct Failed {
    /// So many rows from the first on are done, and not tried again.
    pub(in crate::kernel) done: usize,
    /// The rows that are given up if they have been tried often enough, one at least. They and all others that are not
    /// done are tried again otherwise.
    pub(in crate::kernel) rows: Range<usize>,
    pub(in crate::kernel) error: BoxError,
}
