//! Ctrl-C and signals to terminate: the first one stops the pipeline, the second one the process.

use super::{exit, signals};
use beamline_local::JobControl;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The signals so far, and what to stop.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<State>);

#[derive(Default)]
struct State {
    signals: AtomicU32,
    canceller: Mutex<Option<JobControl>>,
}

impl Interrupt {
    /// Listens from now on. Where that is impossible, signals do what they do by themselves.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let listener = interrupt.clone();
        let _ = signals::listen(move || listener.on_signal());
        interrupt
    }

    fn on_signal(&self) {
        if self.0.signals.fetch_add(1, Ordering::SeqCst) > 0 {
            process::exit(exit::INTERRUPTED.into());
        }
        self.cancel();
    }

    /// What a signal stops; one that has come already stops it now.
    pub(super) fn watch(&self, canceller: JobControl) {
        *self.0.canceller.lock().unwrap_or_else(PoisonError::into_inner) = Some(canceller);
        if self.has_come() {
            self.cancel();
        }
    }

    pub(super) fn has_come(&self) -> bool {
        self.0.signals.load(Ordering::SeqCst) > 0
    }

    fn cancel(&self) {
        if let Some(canceller) = &*self.0.canceller.lock().unwrap_or_else(PoisonError::into_inner) {
            canceller.cancel();
        }
    }
}
