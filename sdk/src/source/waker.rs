//! Waking a reader that has said that nothing has come yet.

use crate::kernel::Wake;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Wakes a [`Reader`](super::Reader) that waits: to be called by whatever brings it something from another thread.
///
/// A reader that nobody wakes is asked again at the time that it has named.
#[derive(Clone, Default)]
pub struct Waker(Option<Arc<Bell>>);

struct Bell {
    worker: Arc<dyn Wake>,
    has_rung: AtomicBool,
}

impl Waker {
    pub(crate) fn new(worker: Arc<dyn Wake>) -> Self {
        Self(Some(Arc::new(Bell { worker, has_rung: AtomicBool::new(false) })))
    }

    /// A waker of one of several readers that this one stands for: it wakes this one, and is asked for by itself.
    pub(crate) fn inner(&self) -> Self {
        Self::new(Arc::new(Outer(self.clone())))
    }

    /// Has the reader asked again soon.
    pub fn wake(&self) {
        if let Some(bell) = &self.0
            && !bell.has_rung.swap(true, Ordering::AcqRel)
        {
            bell.worker.wake_all();
        }
    }

    /// Whether it has been called since this was asked last.
    pub(crate) fn take(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|bell| bell.has_rung.load(Ordering::Acquire) && bell.has_rung.swap(false, Ordering::AcqRel))
    }
}

struct Outer(Waker);

impl Wake for Outer {
    fn wake_all(&self) {
        self.0.wake();
    }

    fn wake(&self, _worker: usize) {
        self.0.wake();
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker")
    }
}
