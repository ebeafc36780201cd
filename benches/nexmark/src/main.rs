//! Runs a query of NEXMark, and shows its first results.
//!
//! ```text
//! cargo run --release -p beamline-nexmark -- q5 --events 1000000
//! ```

use std::fmt::Debug;
use std::hash::Hash;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use beamline::ValueInWindow;
use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline_nexmark::arguments::EventArgs;
use beamline_nexmark::queries::{Audience, Query};
use beamline_nexmark::results::{Summary, sum_up};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs a query of NEXMark, and shows its first results.
#[derive(Parser)]
struct Args {
    /// Which query
    query: Query,
    #[command(flatten)]
    events: EventArgs,
    /// How many results to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// The folder for the files of query 10
    #[arg(long, value_name = "FOLDER", required_if_eq("query", "q10"))]
    output: Option<PathBuf>,
}

/// Prints the first results, and in the end how many there were.
struct Screen {
    left: usize,
    events: u64,
}

impl Audience for Screen {
    fn show<T: Element + Debug>(&self, results: &PCollection<T>) {
        if self.left == 0 {
            return;
        }
        let left = Arc::new(AtomicUsize::new(self.left));
        results
            .for_each_in_window(move |result| {
                let take_one = |left: usize| left.checked_sub(1);
                // Once enough have been shown, nothing is written any more that other threads read.
                if left.load(Ordering::Relaxed) > 0
                    && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take_one).is_ok()
                {
                    println!("{}", line(&result));
                }
                Ok(())
            })
            .named("Show");
    }

    fn check<T: Element + Hash>(&self, results: &PCollection<T>) {
        let (begun, events) = (Instant::now(), self.events);
        sum_up(results)
            .for_each(move |summary| {
                print_summary(summary, events, begun);
                Ok(())
            })
            .named("Print");
    }
}

fn line<T: Debug>(result: &ValueInWindow<T>) -> String {
    let window = result.window;
    if window == beamline::window::Window::GLOBAL {
        return format!("{:?}", result.value);
    }
    format!("{} to {}: {:?}", window.start, window.end, result.value)
}

fn print_summary(Summary { results, checksum }: Summary, events: u64, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{results} results of {events} events in {seconds:.2} s: {:.0} events a second", events as f64 / seconds);
    println!("checksum: {checksum:016x}");
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let source = args.events.source()?;
    let screen = Screen { left: args.show, events: source.stream().events };
    args.query.build(&p.read(source), &args.output.unwrap_or_default(), &screen);
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
