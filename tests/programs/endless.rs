//! A program without an end: the subject of the tests of the life of a stream.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::{Monotonic, OffsetRange, OffsetTracker, ProcessContinuation, SplitCx, SplittableDoFn};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

/// Counts numbers in windows of a thousand, for ever.
#[derive(Parser)]
struct Args {
    /// How the names of the files to write begin
    #[arg(long)]
    output: String,
    /// Never return from the first number
    #[arg(long)]
    stuck: bool,
}

/// Tells all numbers, each at its own time in milliseconds, a hundred at a time.
#[derive(Clone)]
struct Numbers;

impl SplittableDoFn<u64> for Numbers {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Monotonic;

    fn is_bounded(&self) -> bool {
        false
    }

    fn initial_restriction(&self, first: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::from(*first))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Monotonic {
        Monotonic::default()
    }

    fn process(&mut self, _: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        let first = cx.restriction().start;
        for n in first..first + 100 {
            if !cx.try_claim(&n) {
                return Ok(ProcessContinuation::Stop);
            }
            cx.emit_at(n, Timestamp::from_millis(n as i64));
        }
        Ok(ProcessContinuation::Resume(Duration::from_millis(2)))
    }
}

fn never_return() {
    eprintln!("stuck");
    sleep(Duration::from_hours(1));
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let numbers = p.create([0u64]).par_do_splittable(Numbers).named("Numbers");
    let numbers = if args.stuck { numbers.inspect(|_| never_return()).named("Stuck") } else { numbers };
    numbers
        .window(Windowing::fixed(Duration::from_secs(1)))
        .count()
        .named("Count")
        .map(|n| n.to_string())
        .write(text::write(&args.output))
        .named("Save");
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
