//! Where the figures come from.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::thread;

use serde::{Deserialize, Serialize};

/// The machine, as far as it tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The name of the processor.
    processor: String,
    /// How many threads run at once.
    threads: usize,
    /// The memory, as the kernel prints it.
    memory: String,
    /// The system and the instruction set.
    platform: String,
}

impl Machine {
    /// This machine.
    pub(super) fn this() -> Self {
        Self {
            processor: field("/proc/cpuinfo", "model name"),
            threads: thread::available_parallelism().map_or(0, usize::from),
            memory: field("/proc/meminfo", "MemTotal"),
            platform: format!("{OS} {ARCH}"),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} threads, {}, {}", self.processor, self.threads, self.memory, self.platform)
    }
}

/// The mean number of busy threads over the last minute, as the kernel prints it.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_string()
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':'])).to_string()
}
