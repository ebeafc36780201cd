//! One run, from the options to the exit code.

use super::explain::{explain, plan};
use super::interrupt::Interrupt;
use super::options::Options;
use super::report::Report;
use super::terminal::{print, say};
use super::ui::Ui;
use super::watch::Watch;
use super::{exit, panics, report};
use crate::Result;
use crate::graph::Graph;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Instant;

/// Runs, or explains, what `build` has made.
pub(super) fn run(graph: Result<Graph>, options: &Options) -> ExitCode {
    match (graph, options.explain) {
        (Ok(graph), Some(how)) => {
            print(explain(&graph, how));
            exit::SUCCESS
        }
        (Err(error), Some(_)) => Report::not_run(error).say(options.verbose),
        (graph, None) => run_reported(graph, options),
    }
    .into()
}

fn run_reported(graph: Result<Graph>, options: &Options) -> u8 {
    if let Err(error) = report::check_target(options.metrics_out.as_deref()) {
        return Report::not_run(error).say(options.verbose);
    }
    let report = graph.and_then(|graph| Ok((graph, Ui::open(options)?)));
    let report = report.map_or_else(Report::not_run, |(graph, ui)| execute(&graph, ui, options));
    finish(&report, options)
}

/// Says how it went.
fn finish(report: &Report, options: &Options) -> u8 {
    let code = report.say(options.verbose);
    let saved = options.metrics_out.as_deref().map_or(Ok(()), |path| report.save(path));
    match saved {
        Ok(()) => code,
        Err(error) => {
            say(format_args!("error: {error}"));
            if code == exit::SUCCESS { exit::FAILED } else { code }
        }
    }
}

fn execute(graph: &Graph, ui: Ui, options: &Options) -> Report {
    say_plan(graph, options.verbose);
    graph.warnings.iter().for_each(|warning| say(format_args!("warning: {warning}")));
    panics::hush_workers(options.verbose > 0);
    let interrupt = Interrupt::listen();
    let start = Instant::now();
    let (warn, warnings) = channel();
    let runner = options.runner().on_warning(move |warning| drop(warn.send(warning.to_string())));
    let handle = match ui.watch(runner).start(graph) {
        Ok(handle) => handle,
        Err(error) => return Report::not_run(error),
    };
    if options.drain_after.is_some() && !handle.control().is_endless() {
        say("warning: --drain-after has no effect, because all sources of this pipeline end by themselves");
    }
    let serving = match ui.serve(handle.control()) {
        Ok(serving) => serving,
        Err(error) => return Report::not_run(error),
    };
    interrupt.watch(handle.control());
    Watch::new(&handle, options, start, warnings).until_ended(&interrupt);
    let bytes_read = handle.progress().bytes_read;
    let result = handle.wait();
    serving.end(&result);
    Report { result, bytes_read, elapsed: start.elapsed() }
}

fn say_plan(graph: &Graph, verbose: u8) {
    if verbose > 1 {
        say(format_args!("graph\n\n{}", graph.explain()));
    }
    if verbose > 0 {
        say(format_args!("plan\n\n{}", plan(graph)));
    }
}
