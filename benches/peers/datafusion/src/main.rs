//! The group-by of the benches in `DataFusion`.

mod sums;
mod table;

use std::error::Error;

use clap::Parser;

use peer_tasks::arguments::{Keyed, print_checksum};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tasks of the benches in `DataFusion`.
#[derive(Debug, Parser)]
enum Task {
    /// Sums pairs by key.
    Sums(Keyed),
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Task::Sums(work) = Task::parse();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(work.threads.count()).build()?;
    print_checksum(threads.block_on(sums::run(work))?);
    Ok(())
}
