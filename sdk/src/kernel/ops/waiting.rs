//! Elements that wait for what a side input has in their windows.

use super::held::{Held, Holder};
use crate::kernel::keyed::windowed::Holds;
use crate::kernel::{Batch, Env};
use crate::window::Window;
use crate::{Element, Result, Timestamp};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Elements that wait, in each window in the order of their coming.
pub(super) struct Waiting<T> {
    queues: BTreeMap<Window, Queue<T>>,
    /// The least timestamp of each window, beyond which the output watermark must not go.
    holds: Holds,
    /// The last instants of the windows.
    ends: Holds,
    holder: Holder,
    capacity: usize,
}

/// The elements of one window.
pub(super) struct Queue<T> {
    least: Timestamp,
    full: Vec<Held<T>>,
    /// The last ones, until they are enough for a batch.
    last: Batch<T>,
}

impl<T: Element> Waiting<T> {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self {
            queues: BTreeMap::new(),
            holds: Holds::default(),
            ends: Holds::default(),
            holder: Holder::new(env),
            capacity: env.batch_size_of::<T>(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    /// How many elements wait.
    pub(super) fn len(&self) -> usize {
        self.queues.values().map(|queue| queue.full.iter().map(Held::len).sum::<usize>() + queue.last.len()).sum()
    }

    /// The windows in which elements wait.
    pub(super) fn windows(&self) -> Vec<Window> {
        self.queues.keys().copied().collect()
    }

    /// How far the output watermark may go.
    pub(super) fn limit(&self) -> Timestamp {
        self.holds.limit()
    }

    /// The last instant of the window that ends first; the end of time if nothing waits.
    pub(super) fn first_end(&self) -> Timestamp {
        self.ends.limit()
    }

    /// Adds the elements of a batch, which is empty afterwards.
    pub(super) fn add(&mut self, window: Window, batch: &mut Batch<T>) -> Result<()> {
        let least = least_time(batch);
        let Self { queues, holds, ends, holder, capacity } = self;
        let queue = queues.entry(window).or_insert_with(|| {
            ends.change(None, Some(window.max_timestamp()));
            holds.change(None, Some(least));
            Queue { least, full: Vec::new(), last: Batch::new() }
        });
        if least < queue.least {
            holds.change(Some(queue.least), Some(least));
            queue.least = least;
        }
        queue.last.append(batch);
        batch.clear();
        if queue.last.len() >= *capacity {
            queue.full.push(holder.hold(&mut queue.last)?);
        }
        Ok(())
    }

    /// Takes the elements of a window out, if any wait.
    pub(super) fn take(&mut self, window: Window) -> Option<Queue<T>> {
        let queue = self.queues.remove(&window)?;
        self.holds.change(Some(queue.least), None);
        self.ends.change(Some(window.max_timestamp()), None);
        if self.queues.is_empty() {
            self.holder.clear();
        }
        Some(queue)
    }
}

impl<T: Element> Queue<T> {
    /// Hands the elements to `f`, batch by batch.
    pub(super) fn for_each(self, mut f: impl FnMut(&mut Batch<T>) -> Result<()>) -> Result<()> {
        let Self { full, mut last, .. } = self;
        full.into_iter().try_for_each(|held| f(&mut held.restore()?))?;
        if last.is_empty() { Ok(()) } else { f(&mut last) }
    }
}

fn least_time<T>(batch: &Batch<T>) -> Timestamp {
    batch.meta.time.values().iter().copied().min().unwrap_or(Timestamp::MAX)
}
