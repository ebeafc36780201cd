//! The runner's arguments.

use super::duration;
use super::size::parse_memory;
use crate::LocalRunner;
use clap::{ArgAction, Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

// Doc comments of the fields are the help; one of the struct would replace that of the program.
#[derive(Args)]
#[command(next_help_heading = "Runner options")]
#[group(id = "runner options")]
pub(super) struct Options {
    /// Where to run the pipeline: local, on the threads of this process
    #[arg(long, value_name = "WHERE", default_value = "local")]
    pub(super) runner: RunnerKind,

    /// How many workers run the pipeline [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) parallelism: Option<usize>,

    /// The memory for groups, side inputs and buffers: bytes, or with k, M, G or T, such as 512M; what needs more goes to
    /// disk where it can [default: half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = parse_memory)]
    pub(super) memory: Option<usize>,

    /// Do not run, but print the graph and the plan, or the graph for Graphviz
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(super) explain: Option<Explain>,

    /// Show progress on standard error: auto, a bar if it is a terminal; always, else a line every second
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) progress: When,

    /// Let sources without an end end after a span of time, such as 90s or 1h30m: windows close, and the run succeeds
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(super) drain_after: Option<Duration>,

    /// Stop after a span of time: what has been read is worked off, windows that are open stay open, and what is left behind
    /// is said
    #[arg(long, value_name = "TIME", value_parser = duration::parse, conflicts_with = "drain_after")]
    pub(super) stop_after: Option<Duration>,

    /// Say on standard error, every so often, how far each step has come and what holds it back; SIGQUIT asks for it once
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(super) status_every: Option<Duration>,

    /// Show in a browser how the run goes: a port of this machine, or HOST:PORT; 0 is any port that is free, and the URL
    /// is printed (for programs built with the feature ui of beamline)
    #[arg(long, value_name = "ADDR")]
    pub(super) ui: Option<String>,

    /// What has to be known to see that page, as ?token=… or a bearer token [default: none on this machine, otherwise a
    /// random one]
    #[arg(long, value_name = "TOKEN", requires = "ui")]
    pub(super) ui_token: Option<String>,

    /// Whether that page shows some of the elements, and the keys that come most often [default: on, if the page is for this
    /// machine alone]
    #[arg(long, value_name = "SWITCH", requires = "ui")]
    pub(super) ui_samples: Option<Switch>,

    /// Write what happened as JSON to a file, also after a failure
    #[arg(long, value_name = "FILE")]
    pub(super) metrics_out: Option<PathBuf>,

    /// Let errors show the element also where remembering it costs time
    #[arg(long)]
    pub(super) trace_elements: bool,

    /// Say more: the plan and what each step emitted; twice: the graph too
    #[arg(short, long, action = ArgAction::Count)]
    pub(super) verbose: u8,

    // What the program says of itself.
    #[arg(skip)]
    pub(super) version: Option<String>,
}

// Doc comments here would turn the help into pages.

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RunnerKind {
    Local,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Explain {
    Text,
    Dot,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

impl Options {
    pub(super) fn runner(&self) -> LocalRunner {
        let RunnerKind::Local = self.runner;
        let runner = LocalRunner::new().trace_elements(self.trace_elements);
        let runner = self.version.iter().fold(runner, |runner, version| runner.program_version(version));
        let runner = self.parallelism.into_iter().fold(runner, LocalRunner::parallelism);
        self.memory.into_iter().fold(runner, LocalRunner::memory)
    }
}
