//! What a step has begun and not finished, for whoever asks why nothing comes.

use crate::Timestamp;

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
