//! Runs a query of NEXMark, and shows its first results.
//!
//! ```text
//! cargo run --release -p beamline-nexmark -- q5 --events 1000000
//! ```

use std::process::ExitCode;

use beamline::launch;
use beamline_nexmark::program::build;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    launch(build)
}
