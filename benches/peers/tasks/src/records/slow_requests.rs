//! Slow requests of a log of JSON lines.

use std::error::Error;

use beamline_bench_data::groups::{Group, Groups};
use beamline_bench_data::requests;

use super::Records;

/// Slow requests by page and minute.
#[derive(Clone, Copy, Debug)]
pub struct SlowRequests;

impl Records for SlowRequests {
    type Tally = u64;

    fn count(groups: &mut Groups<u64>, lines: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
        str::from_utf8(lines)?.lines().try_for_each(|line| requests::count(groups, line))
    }

    fn add(tally: &mut u64, other: u64) {
        *tally += other;
    }

    fn digest(group: &Group, tally: &u64) -> u64 {
        requests::digest(&group.name, *tally)
    }
}
