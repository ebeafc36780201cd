//! What the runner sees of a sink.

use crate::kernel::guard::panic_error;
use crate::kernel::{Erased, SinkControl};
use crate::{BoxError, Element, Sink};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A sink in the graph.
pub(crate) struct SinkNode<T, S> {
    sink: S,
    _elements: PhantomData<fn(T)>,
}

impl<T, S> SinkNode<T, S> {
    pub(crate) fn new(sink: S) -> Self {
        Self { sink, _elements: PhantomData }
    }
}

fn typed<C: 'static>(prepared: Vec<Erased>) -> Vec<C> {
    prepared.into_iter().map(|c| *c.downcast().expect("a sink and its writers agree on the commit")).collect()
}

impl<T: Element, S: Sink<T>> SinkControl for SinkNode<T, S> {
    fn begin(&self) -> Result<(), BoxError> {
        guarded(|| self.sink.begin())
    }

    fn shows_at_once(&self) -> bool {
        self.sink.shows_at_once()
    }

    fn commit(&self, prepared: Vec<Erased>) -> Result<(), BoxError> {
        guarded(|| self.sink.commit(typed(prepared)))
    }

    fn abort(&self, prepared: Vec<Erased>) {
        // The run has failed already: a panic here would only hide why.
        let _ = guarded(|| {
            self.sink.abort(typed(prepared));
            Ok(())
        });
    }
}

/// Calls a sink outside of any worker; a panic becomes an error.
fn guarded(f: impl FnOnce() -> Result<(), BoxError>) -> Result<(), BoxError> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(panic_error(payload).into()))
}
