//! What there is of this machine for a run. The system is asked once: its answers are texts that it has to write, and take
//! longer than a small pipeline.

use std::fs;
use std::sync::LazyLock;
use std::thread::available_parallelism;

/// The least memory budget in bytes that a run accepts: 16 MiB.
pub const MIN_MEMORY: usize = 16 << 20;

/// What is assumed where the system does not say.
const FALLBACK: usize = 1 << 30;

static CORES: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, usize::from));

static MEMORY: LazyLock<usize> = LazyLock::new(|| {
    let limits = [physical_memory(), control_group_limit()];
    limits.into_iter().flatten().min().map_or(FALLBACK, |bytes| (bytes / 2).max(MIN_MEMORY))
});

/// How many threads can run at once, as it was when this was first asked.
pub(crate) fn cores() -> usize {
    *CORES
}

/// The default memory budget in bytes: half of what this machine or its control group had when this was first asked.
pub fn default_memory() -> usize {
    *MEMORY
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
