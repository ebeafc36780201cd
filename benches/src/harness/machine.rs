//! Where the figures come from.

use std::env;
use std::env::consts::{ARCH, OS};
use std::fs;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use beamline::Timestamp;
use serde::{Deserialize, Serialize};

/// The machine, as far as it tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The processor by its name, and its number among those of the name.
    processor: String,
    /// How many threads run at once.
    threads: usize,
    /// The memory.
    memory: String,
    /// The system and the instruction set.
    platform: String,
    /// The compiler of this program.
    compiler: String,
}

impl Machine {
    /// This machine.
    pub(super) fn this() -> Self {
        Self {
            processor: processor(),
            threads: thread::available_parallelism().map_or(0, usize::from),
            memory: gigabytes(&field("/proc/meminfo", "MemTotal")),
            platform: format!("{OS} {} {ARCH}", kernel()),
            compiler: env!("BEAMLINE_RUSTC").to_owned(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} threads, {}, {}, {}", self.processor, self.threads, self.memory, self.platform, self.compiler)
    }
}

/// The mean number of busy threads over the last minute, as the kernel prints it.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_string()
}

/// What was typed, as far as it matters: the program and its arguments.
pub(super) fn command() -> String {
    let arguments: Vec<String> = env::args().skip(1).collect();
    format!("cargo run --release -p beamline-benches -- {}", arguments.join(" "))
}

/// The day, by universal time.
pub(super) fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let text = Timestamp::from_millis(now.as_millis() as i64).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Clouds give the same name to processors of several years, which x86 tells apart by family and model.
fn processor() -> String {
    let [name, family, model] = ["model name", "cpu family", "model\t"].map(|name| field("/proc/cpuinfo", name));
    if [&family, &model].into_iter().all(|number| number.parse::<u32>().is_ok()) {
        format!("{name} (family {family}, model {model})")
    } else {
        name
    }
}

/// What the kernel prints in units of 1,024 bytes.
fn gigabytes(memory: &str) -> String {
    let kibibytes = memory.strip_suffix(" kB").and_then(|number| number.parse::<f64>().ok());
    kibibytes.map_or_else(|| memory.to_owned(), |number| format!("{:.1} GB", number * 1024.0 / 1e9))
}

fn kernel() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease")
        .map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':'])).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_in_gigabytes() {
        assert_eq!(gigabytes("24684096 kB"), "25.3 GB");
        assert_eq!(gigabytes("unknown"), "unknown");
    }

    #[test]
    fn a_day_has_a_year_a_month_and_a_day() {
        let date = date();
        let parts: Vec<usize> = date.split('-').map(str::len).collect();
        assert_eq!(parts, [4, 2, 2], "{date}");
    }
}
