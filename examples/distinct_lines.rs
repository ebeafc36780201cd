//! Writes every line of some files once, in no particular order.
//!
//! ```text
//! $ cargo run --release --example distinct_lines -- --input 'examples/data/fruit-*.txt' --output -
//! apple
//! pear
//! quince
//!
//! plum
//! cherry
//! Apple
//! done in 0.01 s, 53 B read
//! ```
//!
//! The order differs from run to run. With `--output PREFIX` the lines go to files, one for each worker. They need not
//! fit into memory.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes every line of the input once.
#[derive(Parser)]
struct Args {
    /// Files to read: paths, patterns such as 'logs/*.gz', or - for standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    input: Vec<PathBuf>,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    p.read(text::read_all(&args.input)).distinct().write(text::write(&args.output));
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
