//! Ending a run from inside, and remembering what has come through.

use beamline::JobControl;
use std::sync::{Arc, Mutex};

type End = fn(&JobControl);

/// Ends a run from inside.
#[derive(Clone, Default)]
pub(crate) struct Control(Arc<Mutex<(Option<End>, Option<JobControl>)>>);

impl Control {
    pub(crate) fn drain(&self) {
        self.end_by(JobControl::drain);
    }

    /// Drains the run before this returns: to be called by its own steps, which may be faster than whoever has started it.
    pub(crate) fn drain_now(&self) {
        while self.0.lock().unwrap().1.is_none() {
            std::thread::yield_now();
        }
        self.drain();
    }

    pub(crate) fn stop(&self) {
        self.end_by(JobControl::stop);
    }

    pub(crate) fn cancel(&self) {
        self.end_by(JobControl::cancel);
    }

    fn end_by(&self, end: End) {
        let mut state = self.0.lock().unwrap();
        state.0.get_or_insert(end);
        state.1.iter().for_each(end);
    }

    pub(crate) fn watch(&self, control: JobControl) {
        let mut state = self.0.lock().unwrap();
        state.0.iter().for_each(|end| end(&control));
        state.1 = Some(control);
    }
}

/// What has been seen, in its order.
#[derive(Clone)]
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Seen<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Remembers it, and says how many there are.
    pub(crate) fn add(&self, element: &T) -> usize {
        let mut all = self.0.lock().unwrap();
        all.push(element.clone());
        all.len()
    }

    /// Remembers it, and says whether it is new.
    pub(crate) fn add_new(&self, element: &T) -> bool
    where
        T: PartialEq,
    {
        let mut all = self.0.lock().unwrap();
        let is_new = !all.contains(element);
        all.push(element.clone());
        is_new
    }

    /// Whether one of them is such.
    pub(crate) fn any(&self, is_so: impl Fn(&T) -> bool) -> bool {
        self.0.lock().unwrap().iter().any(is_so)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
