//! How long it takes from an event to the results that it causes, at a steady rate, and whether memory stays flat
//! meanwhile.

mod histogram;
mod pipeline;

use self::histogram::Histogram;
use self::pipeline::{Load, build};
use ::beamline::{LocalRunner, Pipeline};
use clap::Args;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is run, and for how long.
#[derive(Args, Debug)]
pub struct Options {
    /// Events per second.
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    rate: u32,
    /// How many distinct keys the events have.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    keys: u64,
    /// How long a window is, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    window: u64,
    /// How long to run, in seconds.
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u64).range(10..))]
    seconds: u64,
    /// How many worker threads.
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
    /// Show a result for each event, and not one for each key when its window ends.
    #[arg(long)]
    each: bool,
    /// Sessions and timers beside the windows, as a pipeline has that runs for long.
    #[arg(long)]
    soak: bool,
}

impl Options {
    /// Runs, and prints what came of it.
    ///
    /// # Errors
    ///
    /// When the pipeline fails, or the system does not tell how much memory is in use.
    pub fn run(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let latencies = Arc::new(Histogram::new());
        let p = Pipeline::new();
        let Self { rate, keys, window, each, soak, .. } = *self;
        build(&p, &Load { rate, keys, window: Duration::from_millis(window), each, soak }, &latencies);
        let job = LocalRunner::new().parallelism(self.threads).start(&p.graph()?)?;
        let start = Instant::now();
        let mut resident = Vec::new();
        for tenth in 1..=10u64 {
            let until = start + Duration::from_secs(self.seconds) * tenth as u32 / 10;
            job.wait_for(until.saturating_duration_since(Instant::now()));
            resident.push(resident_mebibytes()?);
        }
        job.control().drain();
        let metrics = job.wait()?.metrics;
        let elapsed = start.elapsed().as_secs_f64();
        let events = metrics.emitted("Events").unwrap_or_default();
        println!("events: {events} in {elapsed:.1} s, {:.0} per second", events as f64 / elapsed);
        println!("results: {}", latencies.count());
        for share in [0.5, 0.95, 0.99, 0.999] {
            println!("latency, {:.1} %: {:.1} ms", share * 100.0, latencies.quantile(share).as_secs_f64() * 1e3);
        }
        println!("resident, MiB, at each tenth of the time: {resident:?}");
        Ok(())
    }
}

/// The memory of this process that is in use.
pub(crate) fn resident_mebibytes() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kibibytes / 1024)
}
