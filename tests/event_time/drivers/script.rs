//! What happens to a grouping, or to two in a row.

use beamline::Timestamp;
use beamline::window::{Windowing, WindowingStrategy};
use std::time::Duration;

/// A windowing, and what happens to a grouping in it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Triggers may finish in it.
    pub(crate) windowing: Windowing,
    /// How many groupings there are, one behind the other. The second one groups the results of the first by their keys,
    /// each [condensed](condensed) to a number.
    pub(crate) groupings: usize,
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
    /// Whether triggers that wait for punctuation have waited for it.
    pub(crate) punctuates: bool,
}

impl Script {
    /// How the input is windowed.
    pub(crate) fn strategy(&self) -> Result<WindowingStrategy, String> {
        self.windowing.apply_to(&WindowingStrategy::default().punctuated()).map_err(|error| error.to_string())
    }

    /// How the input of each grouping is windowed.
    pub(crate) fn strategies(&self) -> Result<Vec<WindowingStrategy>, String> {
        let first = self.strategy()?;
        Ok(std::iter::successors(Some(first), |before| Some(before.after_grouping())).take(self.groupings).collect())
    }
}

/// What the next grouping makes of a result: a number that differs where lists, which are sorted, do.
pub(crate) fn condensed(values: &[i64]) -> i64 {
    values.iter().fold(7, |code, value| code * 31 % 1_000_003 + value)
}
