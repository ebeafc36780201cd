//! What keys wait for, and what they hold back, in the order of time.

use crate::Timestamp;
use std::collections::BTreeMap;

/// Timers by the instant that they are due at. Those of one instant are a list, so a window that many keys have open
/// is closed by taking one list.
pub(crate) struct Timers<T>(BTreeMap<Timestamp, Vec<T>>);

impl<T> Timers<T> {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn set(&mut self, at: Timestamp, timer: T) {
        self.0.entry(at).or_default().push(timer);
    }

    /// When the first one is due.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.0.first_key_value().map(|(at, _)| *at)
    }

    /// Takes those of the first instant, if that is not after `time`.
    pub(crate) fn take_due(&mut self, time: Timestamp) -> Option<(Timestamp, Vec<T>)> {
        self.first().filter(|first| *first <= time)?;
        self.0.pop_first()
    }
}

/// The instants beyond which the output watermark must not go, counted.
#[derive(Default)]
pub(crate) struct Holds(BTreeMap<Timestamp, usize>);

impl Holds {
    /// A hold is moved, set or released.
    pub(crate) fn change(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        if let Some(to) = to {
            *self.0.entry(to).or_default() += 1;
        }
        if let Some(from) = from {
            let count = self.0.get_mut(&from).expect("a hold is released after it was set");
            *count -= 1;
            if *count == 0 {
                self.0.remove(&from);
            }
        }
    }

    /// How far the output watermark may go.
    pub(crate) fn limit(&self) -> Timestamp {
        self.0.first_key_value().map_or(Timestamp::MAX, |(first, _)| *first)
    }
}
