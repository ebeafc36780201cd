//! The command line of a pipeline: the program's own arguments, and the runner's.
//!
//! - `options` are the runner's arguments, with `size`s and `duration`s among them; `arguments` reads the program's own beside them.
//! - `job` runs the pipeline, `interrupt` stops it when `signals` come, `panics` keeps its panics quiet.
//! - `watch` looks after it meanwhile: `progress` shows how far it is, `ui` serves a page about it, `explain` says what it would
//!   do, `report` what it has done.
//! - `exit` is what the shell hears, `terminal` how the rest is said.

mod arguments;
mod duration;
mod exit;
mod explain;
mod interrupt;
mod job;
mod options;
mod panics;
mod progress;
mod report;
mod signals;
mod size;
mod terminal;
mod ui;
mod watch;

use crate::{BoxError, Error, ErrorKind, Pipeline, Result};
use clap::Args;
use clap::error::ErrorKind as ClapErrorKind;
use std::env::args_os;
use std::process::ExitCode;

/// Runs a program that is one pipeline: reads its arguments, builds the pipeline, runs it, and says how it went.
///
/// `A` holds the program's own arguments: a struct that derives [`clap::Parser`] or [`clap::Args`], or `()` if there are
/// none. Its doc comment becomes the text of `--help`. clap is exported as [`beamline::clap`](clap), which has to be in
/// scope under its name for the derived code.
///
/// ```no_run
/// use beamline::clap::{self, Parser};
/// use beamline::prelude::*;
/// use std::process::ExitCode;
///
/// /// Copies lines that contain a word.
/// #[derive(Parser)]
/// struct Arguments {
///     /// The file to read
///     input: String,
///     /// How the names of the files to write begin
///     output: String,
///     /// What to look for
///     #[arg(long)]
///     word: String,
/// }
///
/// fn build(p: &Pipeline, args: Arguments) -> Result<(), BoxError> {
///     p.read(text::read(&args.input))
///         .filter(move |line| line.contains(&args.word))
///         .write(text::write(&args.output));
///     Ok(())
/// }
///
/// fn main() -> ExitCode {
///     beamline::launch(build)
/// }
/// ```
///
/// A version that the program says of itself (`#[command(version)]`) is also in the [dead letters](crate::DeadLetter) that
/// it writes.
///
/// # The runner's options
///
/// They stand beside the program's own, which therefore must not use these names; that would be an error at every start.
///
/// | option | meaning |
/// |---|---|
/// | `--runner local` | where to run: on the threads of this process |
/// | `--parallelism N` | how many workers, 1 to 256; all cores by default |
/// | `--memory SIZE` | the memory budget, at least `16M`, such as `512M` or `2G`; half of the machine's by default |
/// | `--explain[=text\|dot]` | prints the graph and the plan, or a drawing for Graphviz, and does not run |
/// | `--progress WHEN` | `auto` shows a bar if standard error is a terminal, `always` lines if it is not, `never` nothing |
/// | `--drain-after TIME` | lets sources without an end end after a time, such as `90s` or `1h30m` |
/// | `--stop-after TIME` | stops after a time: what has been read is worked off, open windows stay open, and what is left behind is said |
/// | `--status-every TIME` | says every so often how far each step has come, and what holds it back |
/// | `--ui ADDR` | serves a page that shows how the run goes, for browsers; `0` is any port; needs the feature `ui` |
/// | `--ui-token TOKEN` | what has to be known to see the page; by default nothing on this machine, and else a random token |
/// | `--ui-samples on\|off` | whether the page shows some of the elements and the hottest keys; by default if it is for this machine alone |
/// | `--metrics-out FILE` | writes what happened as JSON, also after a failure |
/// | `--trace-elements` | lets errors show the element also where remembering it costs time |
/// | `-v`, `--verbose` | says more: the plan and what each step emitted; twice: the graph too |
///
/// # Exit codes
///
/// | code | meaning |
/// |---|---|
/// | 0 | success |
/// | 1 | the pipeline failed: a user's function, reading, writing, or memory |
/// | 2 | wrong usage: arguments, options, an error that `build` returned (unless it is a `beamline::Error` of another kind), an invalid graph; nothing has run |
/// | 3 | stopped by `--stop-after`, and something was left behind, such as open windows; what is complete is written |
/// | 101 | a fault of beamline itself, or `build` panicked |
/// | 130 | stopped by Ctrl-C, `SIGTERM` or `SIGHUP`, before the pipeline had come to an end; one that was drained has 0 |
///
/// # What is printed
///
/// Standard output belongs to the pipeline (and to `--help` and `--explain`). An error, the summary at the end, the
/// metrics that the program counts, and progress go to standard error.
///
/// A panic of a step is an error of the pipeline: `launch` sets a panic hook that leaves out the usual message of worker
/// threads, unless `-v` is given and `RUST_BACKTRACE` is set.
///
/// # Ctrl-C
///
/// The first one cancels a pipeline whose sources have an end: the workers stop, and temporary files are removed. A pipeline
/// without an end is drained by it, so windows close and what is written becomes visible, and cancelled by the next one.
/// One more ends the process at once, and may leave temporary files. `SIGTERM` and `SIGHUP` do the same.
#[track_caller]
pub fn launch<A: Args>(build: fn(&Pipeline, A) -> Result<(), BoxError>) -> ExitCode {
    let pipeline = Pipeline::new();
    match arguments::parse::<A>(args_os().collect()) {
        Ok((args, options)) => {
            let graph = build(&pipeline, args).map_err(wrong_usage).and_then(|()| pipeline.graph());
            job::run(graph, &options)
        }
        Err(error) => refuse(&error),
    }
}

/// The error of a `build` function.
fn wrong_usage(error: BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::wrap(ErrorKind::Options, error),
    }
}

/// Prints help, or what is wrong with the arguments.
fn refuse(error: &clap::Error) -> ExitCode {
    // A closed terminal is no reason to panic.
    let _ = error.print();
    match error.kind() {
        ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion => exit::SUCCESS,
        _ => exit::WRONG_USAGE,
    }
    .into()
}
