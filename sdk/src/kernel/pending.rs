//! What a step has begun and not finished, for whoever asks why nothing comes.

use crate::Timestamp;
use crate::window::Window;
use std::collections::BTreeSet;

/// What a step keeps that is still to become results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many there are.
    pub count: u64,
    /// What they are, such as `keys with open windows`.
    pub what: &'static str,
    /// The watermark that the first of them waits for.
    pub next_event: Option<Timestamp>,
}

/// What a step keeps when a run ends before its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many there are.
    pub count: u64,
    /// What they are, such as `keys`.
    pub what: &'static str,
    /// The windows that they are in, if that is known.
    pub windows: BTreeSet<Window>,
}

impl From<Pending> for Kept {
    fn from(Pending { count, what, .. }: Pending) -> Self {
        Self { count, what, windows: BTreeSet::new() }
    }
}

impl Kept {
    /// None of these so far.
    pub(crate) fn none_of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    /// Itself, if there is something.
    pub(crate) fn if_any(self) -> Option<Self> {
        (self.count > 0).then_some(self)
    }

    /// Counts what is in a window.
    pub(crate) fn count_in(&mut self, window: Window, count: u64) {
        self.windows.insert(window);
        self.count += count;
    }
}

/// A part of what a source reads, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingStatus {
    /// Which part, such as `access.log`.
    pub place: String,
    /// No further element is before this instant, unless it is late.
    pub watermark: Timestamp,
    /// Whether it is caught up and empty, so that nobody waits for its watermark.
    pub is_idle: bool,
    /// The processing time until which it has nothing.
    pub pause_until: Option<Timestamp>,
}
