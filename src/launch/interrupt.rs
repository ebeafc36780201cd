//! Ctrl-C and signals to terminate. A pipeline without an end is drained by the first and cancelled by the second;
//! another one, and one that is being stopped, is cancelled by the first. One more ends the process. What a signal asks for
//! is decided when it comes, so whatever happens to the run after that, the next one asks for more.

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
    /// Whether one has come before there was anything to end.
    is_early: bool,
    ending: Option<Ending>,
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
    /// What a signal asks for after those before it. `can_drain` says whether there is anything to drain.
    fn after(before: Option<Self>, can_drain: bool) -> Self {
        match before {
            None if can_drain => Self::Drain,
            None | Some(Self::Drain) => Self::Cancel,
            Some(Self::Cancel | Self::Exit) => Self::Exit,
        }
    }
}

impl State {
    /// Another signal. What the first one asks for is not known before it is known what there is to end.
    fn on_signal(&mut self) {
        match &self.job {
            Some(job) => {
                let can_drain = job.is_endless() && !job.is_stopping();
                self.ending = Some(Ending::after(self.ending, can_drain));
            }
            None if self.is_early => self.ending = Some(Ending::Exit),
            None => self.is_early = true,
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
        self.lock().on_signal();
        self.act();
    }

    /// What signals end; those that have come already do so now.
    pub(super) fn watch(&self, job: JobControl) {
        let mut state = self.lock();
        state.job = Some(job);
        if std::mem::take(&mut state.is_early) {
            state.on_signal();
        }
        drop(state);
        self.act();
    }

    /// What the signals so far ask for.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.lock().ending
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
    use crate::{ErrorKind, JobHandle, LocalRunner, Pipeline, generate};

    #[test]
    fn each_signal_asks_for_more() {
        let signals = |can_drain| {
            let first = Ending::after(None, can_drain);
            let second = Ending::after(Some(first), can_drain);
            [first, second, Ending::after(Some(second), can_drain)]
        };
        assert_eq!(signals(true), [Ending::Drain, Ending::Cancel, Ending::Exit]);
        assert_eq!(signals(false), [Ending::Cancel, Ending::Exit, Ending::Exit]);
    }

    /// A pipeline without an end that is running.
    fn endless() -> JobHandle {
        let p = Pipeline::new();
        p.read(generate(100.0, |n| n)).inspect(|_| ());
        LocalRunner::new().parallelism(1).start(&p.graph().unwrap()).unwrap()
    }

    #[test]
    fn a_run_that_is_drained_and_stops_is_cancelled_by_the_next_one() {
        let (handle, interrupt) = (endless(), Interrupt::default());
        interrupt.watch(handle.control());
        interrupt.on_signal();
        handle.control().stop();
        assert_eq!(interrupt.ending(), Some(Ending::Drain));
        interrupt.on_signal();
        assert_eq!(interrupt.ending(), Some(Ending::Cancel));
        assert_eq!(handle.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn a_run_that_stops_is_cancelled_by_the_first_one() {
        let (handle, interrupt) = (endless(), Interrupt::default());
        interrupt.watch(handle.control());
        handle.control().stop();
        interrupt.on_signal();
        assert_eq!(interrupt.ending(), Some(Ending::Cancel));
        assert_eq!(handle.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn one_that_comes_before_the_run_ends_it_when_it_begins() {
        let (handle, interrupt) = (endless(), Interrupt::default());
        interrupt.on_signal();
        assert_eq!(interrupt.ending(), None);
        interrupt.watch(handle.control());
        assert_eq!(interrupt.ending(), Some(Ending::Drain));
        assert!(handle.wait().is_ok());
    }
}
