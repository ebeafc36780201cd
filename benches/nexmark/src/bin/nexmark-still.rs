//! Runs a query of NEXMark on one thread by a clock that stands still: always the same instructions, to be counted.

use std::sync::Arc;

use beamline::prelude::*;
use beamline_nexmark::program::{Args, build};
use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> Result<(), BoxError> {
    let p = Pipeline::new();
    build(&p, Args::parse())?;
    p.run_with(&LocalRunner::new().parallelism(1).manual_clock(Arc::default()))?;
    Ok(())
}
