//! Rows that wait until those before them have been tried again.

use super::super::held::{Held, Holder};
use crate::kernel::{Batch, Env};
use crate::{Element, Result, Timestamp};
use std::collections::VecDeque;
use std::rc::Rc;

/// Batches in their order, in memory as far as the budget goes, and then on disk.
pub(super) struct Backlog<I> {
    batches: VecDeque<Waiting<I>>,
    holder: Holder,
}

struct Waiting<I> {
    rows: Held<I>,
    /// The least of their timestamps.
    least: Timestamp,
}

impl<I: Element> Backlog<I> {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self { batches: VecDeque::new(), holder: Holder::new(env) }
    }

    /// Adds rows behind the others, and leaves the batch empty.
    pub(super) fn add(&mut self, rows: &mut Batch<I>) -> Result<()> {
        let waiting = self.hold(rows)?;
        self.batches.push_back(waiting);
        Ok(())
    }

    /// Adds rows in front of the others, and leaves the batch empty.
    pub(super) fn add_first(&mut self, rows: &mut Batch<I>) -> Result<()> {
        let waiting = self.hold(rows)?;
        self.batches.push_front(waiting);
        Ok(())
    }

    fn hold(&mut self, rows: &mut Batch<I>) -> Result<Waiting<I>> {
        let least = least_of(rows).unwrap_or(Timestamp::MAX);
        Ok(Waiting { rows: self.holder.hold(rows)?, least })
    }

    /// Takes the first rows out.
    pub(super) fn next(&mut self) -> Result<Option<Batch<I>>> {
        let next = self.batches.pop_front().map(|waiting| waiting.rows.restore()).transpose()?;
        if self.batches.is_empty() {
            self.holder.clear();
        }
        Ok(next)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// How many rows wait.
    pub(super) fn len(&self) -> usize {
        self.batches.iter().map(|waiting| waiting.rows.len()).sum()
    }

    /// How far the output watermark may go; the end of time if nothing waits.
    pub(super) fn limit(&self) -> Timestamp {
        self.batches.iter().map(|waiting| waiting.least).min().unwrap_or(Timestamp::MAX)
    }
}

/// The least timestamp of a batch, unless it is empty.
pub(super) fn least_of<I>(rows: &Batch<I>) -> Option<Timestamp> {
    rows.meta.time.values().iter().copied().min().filter(|_| !rows.is_empty())
}
