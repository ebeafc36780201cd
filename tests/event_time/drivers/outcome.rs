//! What a driver has to tell about a case.

use beamline::Timestamp;
use beamline::window::{Pane, Timing, Window};
use std::fmt;

/// A pane that came out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Produced {
    /// The event that made it come.
    pub(crate) step: usize,
    pub(crate) key: String,
    pub(crate) window: Window,
    /// Sorted.
    pub(crate) values: Vec<i64>,
    pub(crate) timestamp: Timestamp,
    pub(crate) pane: Pane,
}

/// All that a case gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) panes: Vec<Produced>,
    pub(crate) dropped_late: usize,
    pub(crate) dropped_closed: usize,
    /// Values that were taken back and have not come.
    pub(crate) dropped_unmatched: usize,
}

impl Produced {
    pub(crate) fn timing(&self) -> &'static str {
        match self.pane.timing {
            Timing::Early => "EARLY",
            Timing::OnTime => "ON_TIME",
            Timing::Late => "LATE",
            Timing::Unknown => "UNKNOWN",
        }
    }

    pub(crate) fn on_time_index(&self) -> i64 {
        self.pane.on_time_index.map_or(-1, i64::from)
    }
}

impl fmt::Display for Produced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, values, timestamp, pane, .. } = self;
        let (first, last) = (if pane.first { " first" } else { "" }, if pane.last { " last" } else { "" });
        let sign = if pane.is_retraction() { "-" } else { "" };
        let (timing, index, on_time) = (self.timing(), pane.index, self.on_time_index());
        write!(f, "step {step} {sign}{values:?} at {timestamp:?}, {timing} pane {index}/{on_time}{first}{last}")
    }
}
