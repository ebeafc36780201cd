//! A source that is faster than its sink, for as long as one likes: whether what waits between them stays within its
//! limits, and with it the memory of the process.

use crate::latency::resident_mebibytes;
use ::beamline::prelude::*;
use ::beamline::{JobHandle, LocalRunner};
use clap::Args;
use std::error::Error;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How many elements the sink takes between two pauses.
const PORTION: u64 = 100;

/// How often a line is printed.
const STEP: Duration = Duration::from_secs(10);

/// The memory budget: with two workers a queue may hold a MiB of it.
const BUDGET: usize = 64 << 20;

/// The memory at the end may differ so much from that at the beginning, beside what queues may hold.
const TOLERANCE: f64 = 0.1;

/// What is run, and for how long.
#[derive(Args, Debug)]
pub struct Options {
    /// Events per second that are ready to be read.
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    rate: u32,
    /// How long the sink pauses after a hundred events, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 10)]
    pause: u64,
    /// How long to run, in seconds.
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(60..))]
    seconds: u64,
    /// How many worker threads.
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
}

impl Options {
    /// Runs, prints how it goes every ten seconds, and says what came of it.
    ///
    /// # Errors
    ///
    /// When the memory grows, the pipeline fails, or the system does not tell how much memory is in use.
    pub fn run(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let p = Pipeline::new();
        self.build(&p);
        let job = LocalRunner::new().parallelism(self.threads).memory(BUDGET).start(&p.graph()?)?;
        let resident = self.watch(&job)?;
        job.control().cancel();
        // It was cancelled, which is the error that comes of it.
        let _ = job.wait();
        let queue = BUDGET / (32 * self.threads);
        verdict(&resident, (queue * self.threads) as f64 / f64::from(1 << 20))
    }

    /// Events of a hundred bytes, through a shuffle to a sink that takes its time.
    fn build(&self, p: &Pipeline) {
        let pause = Duration::from_millis(self.pause);
        let events = p.read(generate(f64::from(self.rate), |n| n)).named("Events");
        let texts = events.map(|n| format!("{n:0100}")).named("Text").reshuffle().named("Shuffle");
        let mut taken = 0;
        let sink = move |_| {
            taken += 1;
            if taken % PORTION == 0 {
                sleep(pause);
            }
            Ok(())
        };
        texts.for_each(sink).named("Sink");
    }

    /// The memory in use in MiB, every ten seconds.
    fn watch(&self, job: &JobHandle) -> Result<Vec<u64>, Box<dyn Error + Send + Sync>> {
        println!("{:>8} {:>12} {:>12} {:>14} {:>13}", "seconds", "read", "written", "queued, MiB", "resident, MiB");
        let start = Instant::now();
        let mut resident = Vec::new();
        for step in 1..=(self.seconds / STEP.as_secs()) as u32 {
            if job.wait_for((start + STEP * step).saturating_duration_since(Instant::now())) {
                return Err("the pipeline has ended".into());
            }
            resident.push(resident_mebibytes()?);
            say(job, start, resident[resident.len() - 1]);
        }
        Ok(resident)
    }
}

fn say(job: &JobHandle, start: Instant, resident: u64) {
    let status = job.status();
    let emitted = |name: &str| status.steps.iter().find(|step| step.name == name).map_or(0, |step| step.emitted);
    let queued: usize = status.steps.iter().map(|step| step.queued_bytes).sum();
    let (seconds, read, written) = (start.elapsed().as_secs(), emitted("Events"), emitted("Sink"));
    println!("{seconds:>8} {read:>12} {written:>12} {:>14.1} {resident:>13}", queued as f64 / f64::from(1 << 20));
}

/// Whether memory is in the last sixth of the time what it was in the first: the middle of what it was in each.
fn verdict(resident: &[u64], slack: f64) -> Result<(), Box<dyn Error + Send + Sync>> {
    let part = (resident.len() / 6).max(1);
    let (first, last) = (middle(&resident[..part]), middle(&resident[resident.len() - part..]));
    println!("resident: {first} MiB in the first sixth of the time, {last} MiB in the last");
    if (last - first).abs() > first * TOLERANCE + slack { Err("the memory in use is not flat".into()) } else { Ok(()) }
}

fn middle(resident: &[u64]) -> f64 {
    let mut sorted = resident.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2] as f64
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn memory_that_grows_is_an_error() {
        assert!(verdict(&[100, 101, 99, 100, 102, 100], 0.0).is_ok());
        assert!(verdict(&[20, 21, 19, 20, 22, 23], 2.0).is_ok());
        assert!(verdict(&[100, 110, 120, 130, 140, 150], 2.0).is_err());
    }
}
