//! Panes: the successive results of one window.

use serde::{Deserialize, Serialize};
use std::fmt;

/// When a pane was produced, seen from the watermark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Timing {
    /// Before the watermark passed the end of the window: a speculative result.
    Early,
    /// When the watermark passed the end of the window.
    OnTime,
    /// After the on-time pane, because of late elements.
    Late,
    /// The element has not been through a grouping.
    Unknown,
}

/// In words: `early`, `on time`, `late`, `before any grouping`.
impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Early => "early",
            Self::OnTime => "on time",
            Self::Late => "late",
            Self::Unknown => "before any grouping",
        })
    }
}

/// What an element is to a grouping, beside its value. Steps that make elements of elements hand it on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// An element like others.
    #[default]
    None,
    /// A result that was shown before and is taken back (see [retractions](super#retractions)).
    Retracts,
    /// An element that [`Trigger::after_punctuation`](super::Trigger::after_punctuation) waits for.
    Punctuates,
}

/// Which of its window's results an element belongs to (`PaneInfo` in Beam's SDKs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pane {
    /// When it was produced.
    pub timing: Timing,
    /// Its place among all panes of the window, from 0.
    pub index: u32,
    /// Its place among the panes that are not early, from 0; `None` for an early pane.
    pub on_time_index: Option<u32>,
    /// Whether it is the first of its window.
    pub first: bool,
    /// Whether no other pane of its window will follow.
    pub last: bool,
    /// Whether it is taken back rather than shown, or makes a window fire.
    pub mark: Mark,
    /// Whether the window was closed by [draining](crate::kernel::Shared::drain) the run, and not because its time had
    /// come: elements may be missing that the stream would still have brought.
    pub drained: bool,
}

impl Pane {
    /// The pane of an element that no grouping has touched.
    pub const UNKNOWN: Self = Self {
        timing: Timing::Unknown,
        index: 0,
        on_time_index: Some(0),
        first: true,
        last: true,
        mark: Mark::None,
        drained: false,
    };
    /// The one pane that a grouping produces for a window of a finite collection under the default trigger.
    pub const ONLY: Self = Self { timing: Timing::OnTime, ..Self::UNKNOWN };

    /// Whether the element is taken back: a result that another one replaces.
    pub fn is_retraction(self) -> bool {
        self.mark == Mark::Retracts
    }

    /// The pane of an element that is made of this one and stays, also where this one is taken back.
    pub(crate) fn staying(self) -> Self {
        if self.is_retraction() { self.marked(Mark::None) } else { self }
    }

    /// The same pane with another mark.
    #[must_use]
    pub fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }
}
