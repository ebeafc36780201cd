//! Writes numbers to a file for each window and parity, and prints the names of files that are there: the subject of tests
//! that kill it.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::{Next, Reader, Source, SourceBatch, SplitTarget};
use std::io::{Write as _, read_to_string, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

/// Writes numbers to a file for each window and parity.
#[derive(Parser)]
struct Args {
    /// The folder of the files
    #[arg(long)]
    output: String,
    /// How many numbers there are; without end if it is not said
    #[arg(long)]
    count: Option<u64>,
    /// How many numbers, and milliseconds, a window has
    #[arg(long, default_value_t = 100)]
    window: u64,
    /// How many destinations the numbers have
    #[arg(long, default_value_t = 2)]
    destinations: u64,
    /// Wait for the end of standard input when the first file has been told
    #[arg(long)]
    wait: bool,
    /// Write all numbers to a file of their own also where they have no end
    #[arg(long)]
    all: bool,
    /// Let files take the place of those that there are
    #[arg(long)]
    replace: bool,
}

/// Numbers from 0 on, each at so many milliseconds.
#[derive(Clone)]
struct Numbers {
    count: Option<u64>,
    next: u64,
}

impl Source for Numbers {
    type Out = u64;
    type Split = ();
    type Reader = Self;

    fn label(&self) -> String {
        "Numbers".to_owned()
    }
    fn is_bounded(&self) -> bool {
        self.count.is_some()
    }
    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }
    fn describe(&self, (): &()) -> String {
        "the numbers".to_owned()
    }
    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(self.clone())
    }
}

impl Reader for Numbers {
    type Out = u64;
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        while !out.is_full() {
            if Some(self.next) == self.count {
                return Ok(Next::Done);
            }
            out.push_at(self.next, Timestamp::from_millis(self.next as i64));
            self.next += 1;
        }
        Ok(Next::More)
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.next as i64)
    }
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let Args { output, count, window, destinations, wait, all, replace } = args;
    let numbers = p.read(Numbers { count, next: 0 });
    let windowed = numbers.window(Windowing::fixed(Duration::from_millis(window)));
    let names = format!("{output}/{{destination}}-{{window}}.txt");
    let write = text::write_files(names).destination(move |n: &u64| format!("{}-{}", n / window, n % destinations));
    let tell = move |file| {
        writeln!(stdout(), "{file}")?;
        if wait {
            read_to_string(stdin())?;
        }
        Ok(())
    };
    windowed.apply(write.replace(replace)).for_each(tell).named("Tell");
    if count.is_some() || all {
        numbers.write(text::write(format!("{output}/all.txt")).single_file().replace(replace));
    }
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
