//! Triggers at work: a description compiled for many windows, and the little that each window remembers.

mod compile;
mod merge;
mod run;
mod state;

pub use state::TriggerState;

use super::AfterProcessingTime;
use crate::Timestamp;

/// A trigger, compiled: shared by all windows of all keys.
///
/// It is asked and told about one window at a time: an [element](Self::on_element) has come, [is it
/// ready](Self::is_ready), its result [has been shown](Self::on_fire), windows [have become one](Self::merge). What is
/// specific to the window is in its [`TriggerState`].
#[derive(Clone, Debug)]
pub struct TriggerMachine {
    /// The parts, each before those that it is made of.
    nodes: Vec<Node>,
    /// The parts that wait for the clock.
    delays: Vec<usize>,
    /// Words of a state that hold the flags; numbers follow.
    flag_words: usize,
    words: usize,
    merging: bool,
}

/// What a trigger sees of the world when it is asked about a window.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The last instant of the window.
    pub last: Timestamp,
    /// The watermark of the input.
    pub watermark: Timestamp,
    /// The clock of the worker, in milliseconds since the Unix epoch.
    pub clock: Timestamp,
}

impl Moment {
    /// Whether the watermark has passed the end of the window.
    #[inline]
    pub fn is_past_end(&self) -> bool {
        self.watermark > self.last
    }
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    /// The first node that is not a part of this one.
    end: usize,
    /// The flag that says whether it is done; the next node's if it is never done.
    flag: usize,
    has_flag: bool,
    /// The number of those that have one; the next node's otherwise.
    number: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Count(u64),
    /// A marked element: counts those.
    Punctuation,
    Delay(AfterProcessingTime),
    /// Ready at any time, once.
    Ready,
    Always,
    Never,
    /// The end of the window, again and again.
    Default,
    /// The end of the window, once.
    End,
    /// Early firings, which are done at the end of the window, then late ones if there are any.
    Watermark {
        late: bool,
    },
    Repeat,
    All,
    Any,
    Sequence,
    OrFinally,
}
