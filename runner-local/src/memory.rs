//! How much memory there is.

use std::fs;

/// The least memory budget in bytes that a run accepts: 16 MiB.
pub const MIN_MEMORY: usize = 16 << 20;

/// What is assumed where the system does not say.
const FALLBACK: usize = 1 << 30;

/// The default memory budget in bytes: half of what this machine or its control group has.
pub fn default_memory() -> usize {
    let limits = [physical_memory(), control_group_limit()];
    limits.into_iter().flatten().min().map_or(FALLBACK, |bytes| (bytes / 2).max(MIN_MEMORY))
}

fn physical_memory() -> Option<usize> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: usize = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib << 10)
}

fn control_group_limit() -> Option<usize> {
    fs::read_to_string("/sys/fs/cgroup/memory.max").ok()?.trim().parse().ok()
}
