//! What tells a run from others.

use crate::Timestamp;
use crate::combine::random::mix;
use std::fmt;

/// Tells a run of a pipeline from all others, for names of what runs leave behind: those of files, for example, which
/// must not collide with those of the run before. All workers of a run know the same one, by [`Cx::run`](crate::Cx::run).
///
/// Its `Display` is when the run was started, by its clock and in UTC, and six digits of chance, such as
/// `20261121T093000Z-5fa03c`: in the order of names runs are in the order of time, to the second. Runs whose clock is set by
/// hand are the same when they are repeated, and so is this.
///
/// ```
/// use beamline_sdk::{RunId, Timestamp};
///
/// let started = "2026-11-21T09:30:00.250Z".parse::<Timestamp>()?;
/// let run = RunId::new(started, 7);
/// assert!(run.to_string().starts_with("20261121T093000Z-"));
/// assert_eq!(run.started(), started);
/// # Ok::<(), beamline_sdk::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId {
    started: Timestamp,
    seed: u64,
}

impl RunId {
    /// That of a run that was started then, and whose chance follows from this: for runners.
    pub fn new(started: Timestamp, seed: u64) -> Self {
        Self { started, seed }
    }

    /// When the run was started, by its clock.
    pub fn started(self) -> Timestamp {
        self.started
    }
}

/// That of a run that was started with time itself.
impl Default for RunId {
    fn default() -> Self {
        Self::new(Timestamp::from_millis(0), 0)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = Timestamp::from_millis(self.started.millis().div_euclid(1000) * 1000);
        let time = second.to_string().replace([':', '-'], "");
        // The greatest bits are as good as any.
        f.pad(&format!("{time}-{:06x}", mix(self.seed) >> 40))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_in_the_order_of_time_and_those_of_a_second_differ() {
        let run = |millis, seed| RunId::new(Timestamp::from_millis(millis), seed).to_string();
        assert_eq!(run(1_447_690_800_999, 0), "20151116T162000Z-e220a8");
        assert_eq!(run(1_447_690_800_000, 0), run(1_447_690_800_999, 0), "it can be repeated");
        assert_ne!(run(0, 1), run(0, 2));
        assert!(run(999, 5) < run(1000, 5) && run(1000, 5) < run(99_000_000_000, 1));
    }
}
