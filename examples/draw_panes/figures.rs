//! The figures: a story, and how it is windowed.

use crate::story::{SCORES, SITTINGS, Story};
use beamline::window::{Accumulation, OnTimeBehavior, Trigger, Windowing};
use std::time::Duration;

pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) story: Story,
    /// Without one nothing is summed up.
    pub(crate) windowing: Option<Windowing>,
}

pub(crate) fn all() -> [Figure; 8] {
    [
        figure("times", "Elements and the watermark", SCORES, None),
        figure("batch", "One sum, when all is there", SCORES, Some(batch())),
        figure("fixed", "Windows of two minutes, at the watermark", SCORES, Some(Windowing::fixed(TWO_MINUTES))),
        figure("sliding", "Windows of three minutes, every two minutes", SCORES, Some(sliding())),
        figure("discarding", "Early and late panes, discarding", SCORES, Some(panes(Accumulation::Discarding))),
        figure("accumulating", "Early and late panes, accumulating", SCORES, Some(panes(Accumulation::Accumulating))),
        figure("retracting", "Early and late panes, retracting", SCORES, Some(panes(Accumulation::Retracting))),
        figure("sessions", "Sessions that become one, retracting", SITTINGS, Some(sessions())),
    ]
}

fn figure(name: &'static str, title: &'static str, story: Story, windowing: Option<Windowing>) -> Figure {
    Figure { name, title, story, windowing }
}

fn sliding() -> Windowing {
    Windowing::sliding(Duration::from_mins(3), TWO_MINUTES)
}

const TWO_MINUTES: Duration = Duration::from_mins(2);

fn batch() -> Windowing {
    Windowing::global().trigger(Trigger::after_watermark(), Accumulation::Discarding)
}

/// A minute after something new, at the watermark, and with each late element.
fn panes(accumulation: Accumulation) -> Windowing {
    let trigger = Trigger::after_watermark()
        .early(Trigger::after_processing_time(Duration::from_mins(1)))
        .late(Trigger::after_count(1));
    Windowing::fixed(TWO_MINUTES)
        .allowed_lateness(Duration::from_hours(1))
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty)
        .trigger(trigger, accumulation)
}

/// Five minutes after something new, so that sessions are seen that are not yet one, and at the watermark.
fn sessions() -> Windowing {
    let early = Trigger::after_processing_time(Duration::from_mins(5));
    Windowing::sessions(Duration::from_mins(10))
        .allowed_lateness(Duration::from_hours(1))
        .trigger(Trigger::after_watermark().early(early).late(Trigger::after_count(1)), Accumulation::Retracting)
}
