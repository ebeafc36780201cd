//! From times to places in a picture.

use crate::story::Story;
use beamline::Timestamp;

pub(crate) const WIDTH: f64 = 720.0;
pub(crate) const HEIGHT: f64 = 480.0;

// The edges of the part for what happens.
pub(crate) const LEFT: f64 = 70.0;
pub(crate) const RIGHT: f64 = 700.0;
pub(crate) const TOP: f64 = 44.0;
pub(crate) const BOTTOM: f64 = 384.0;

/// Event time goes to the right, processing time upwards.
pub(crate) struct Scale<'a>(pub(crate) &'a Story);

impl Scale<'_> {
    /// The place of an event time; at the edge if it is beyond the picture.
    pub(crate) fn x(&self, time: Timestamp) -> f64 {
        LEFT + share(self.0.event_time, time) * (RIGHT - LEFT)
    }

    /// The place of a processing time; at the edge if it is beyond the picture.
    pub(crate) fn y(&self, time: Timestamp) -> f64 {
        BOTTOM - share(self.0.processing_time, time) * (BOTTOM - TOP)
    }

    /// The times of the lines of the grid.
    pub(crate) fn grid(&self, (from, to): (Timestamp, Timestamp)) -> impl Iterator<Item = Timestamp> + use<> {
        let step = self.0.grid;
        std::iter::successors(Some(from), move |time| Some(*time + step)).take_while(move |time| *time <= to)
    }
}

/// How far a time is between two others, from 0 to 1.
fn share((from, to): (Timestamp, Timestamp), time: Timestamp) -> f64 {
    let time = time.clamp(from, to);
    (time.millis() - from.millis()) as f64 / (to.millis() - from.millis()) as f64
}
