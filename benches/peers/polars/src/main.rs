//! The group-by of the benches in polars.

mod sums;
mod threads;

use std::error::Error;

use clap::Parser;

use peer_tasks::arguments::{Keyed, print_checksum};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tasks of the benches in polars.
#[derive(Debug, Parser)]
enum Task {
    /// Sums pairs by key.
    Sums(Keyed),
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Task::Sums(work) = Task::parse();
    threads::limit(work.threads.count())?;
    print_checksum(sums::run(work)?);
    Ok(())
}
