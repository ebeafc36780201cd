//! Ctrl-C and signals to terminate. A pipeline without an end is drained by the first and cancelled by the second;
//! another one, and one that is being stopped, is cancelled by the first. One more ends the process.

use super::exit;
use super::signals::{self, Request};
use super::terminal::say;
use beamline_local::JobControl;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The signals so far, and what to end.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    signals: u32,
    job: Option<JobControl>,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Sources without an end end, and windows close.
    Drain,
    /// The run stops, and nothing that it wrote becomes visible.
    Cancel,
    /// The process ends.
    Exit,
}

impl Ending {
    /// What the `signal`-th signal asks for.
    fn of(signal: u32, is_endless: bool) -> Self {
        match signal + u32::from(!is_endless) {
            0 | 1 => Self::Drain,
            2 => Self::Cancel,
            _ => Self::Exit,
        }
    }
}

impl Interrupt {
    /// Listens from now on. Where that is impossible, signals do what they do by themselves.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        let listener = interrupt.clone();
        let _ = signals::listen(move |request| match request {
            Request::End => listener.on_signal(),
            Request::Status => listener.say_status(),
        });
        interrupt
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_signal(&self) {
        self.lock().signals += 1;
        self.act();
    }

    /// What signals end; those that have come already do so now.
    pub(super) fn watch(&self, job: JobControl) {
        self.lock().job = Some(job);
        self.act();
    }

    /// What the signals so far ask for.
    pub(super) fn ending(&self) -> Option<Ending> {
        let state = self.lock();
        let is_to_drain = |job: &JobControl| job.is_endless() && !job.is_stopping();
        let is_endless = state.job.as_ref().is_some_and(is_to_drain);
        (state.signals > 0).then(|| Ending::of(state.signals, is_endless))
    }

    fn act(&self) {
        let job = self.lock().job.clone();
        match (self.ending(), job) {
            (Some(Ending::Exit), _) => process::exit(exit::INTERRUPTED.into()),
            (Some(Ending::Cancel), Some(job)) => job.cancel(),
            (Some(Ending::Drain), Some(job)) => job.drain(),
            _ => {}
        }
    }

    fn say_status(&self) {
        let job = self.lock().job.clone();
        job.into_iter().for_each(|job| say(job.status()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signal_asks_for_more() {
        assert_eq!([1, 2, 3].map(|n| Ending::of(n, true)), [Ending::Drain, Ending::Cancel, Ending::Exit]);
        assert_eq!([1, 2, 3].map(|n| Ending::of(n, false)), [Ending::Cancel, Ending::Exit, Ending::Exit]);
    }
}
