//! Around user code on other threads: whose metrics, whose panics.

use crate::kernel::guard::panic_error;
use crate::kernel::{StepId, Wiring, enter};
use crate::metrics::Updates;
use crate::{Error, Result, Step};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The step that a call belongs to.
#[derive(Clone)]
pub(super) struct Place {
    id: StepId,
    step: Arc<Step>,
    /// What has been counted away from the worker.
    counted: Arc<Mutex<Updates>>,
}

impl Place {
    pub(super) fn new(wiring: &Wiring<'_>) -> Self {
        Self { id: wiring.id, step: wiring.step.clone(), counted: Arc::default() }
    }

    /// Counts on this thread what has been counted away from it.
    pub(super) fn count(&self) {
        self.counted.lock().apply();
    }

    fn error(&self, payload: Box<dyn std::any::Any + Send>) -> Error {
        panic_error(payload).in_step(&self.step)
    }
}

/// A future of user code: it counts for its step, and a panic is its result.
pub(super) struct Guarded<F> {
    place: Place,
    future: Pin<Box<F>>,
}

impl<F: Future> Guarded<F> {
    pub(super) fn new(place: &Place, future: F) -> Self {
        Self { place: place.clone(), future: Box::pin(future) }
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let before = enter(self.place.id);
        let polled = catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(cx)));
        let polled = polled.map_err(|payload| self.place.error(payload));
        // On a worker's thread these are counted in any case; taking them along harms nobody.
        self.place.counted.lock().take_from_thread(self.place.id);
        enter(before);
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}
