//! What happens to a grouping.

use beamline::Timestamp;
use beamline::window::{Windowing, WindowingStrategy};
use std::time::Duration;

/// A windowing, and what happens to a grouping in it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Triggers may finish in it.
    pub(crate) windowing: Windowing,
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Debug)]
pub(crate) enum Event {
    Elements(Vec<Element>),
    /// The watermark of the input comes to this.
    Watermark(Timestamp),
    /// The clock, which starts at 0, goes forward by this.
    Clock(Duration),
}

#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) key: String,
    pub(crate) value: i64,
    pub(crate) time: Timestamp,
}

impl Script {
    pub(crate) fn strategy(&self) -> Result<WindowingStrategy, String> {
        self.windowing.apply_to(&WindowingStrategy::default()).map_err(|error| error.to_string())
    }
}
