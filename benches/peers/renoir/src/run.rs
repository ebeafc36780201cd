//! Running a job on threads.

use std::error::Error;

use renoir::config::ConfigBuilder;
use renoir::operator::Operator;
use renoir::{BatchMode, Stream, StreamContext};

use peer_tasks::arguments::Threads;

/// Where a job with so many threads for each of its blocks is built.
pub(crate) fn context(threads: Threads) -> Result<StreamContext, Box<dyn Error + Send + Sync>> {
    let config = ConfigBuilder::new_local(threads.count() as u64).map_err(|error| error.to_string())?;
    Ok(StreamContext::new(config))
}

/// What the library recommends where latency does not matter: batches of a fixed size.
pub(crate) fn batches() -> BatchMode {
    BatchMode::fixed(1024)
}

/// Runs a job, and adds up the numbers that it makes.
pub(crate) fn sum(context: StreamContext, numbers: Stream<impl Operator<Out = u64> + 'static>) -> u64 {
    let total = numbers.reduce_assoc(u64::wrapping_add).collect_vec();
    context.execute_blocking();
    total.get().into_iter().flatten().fold(0, u64::wrapping_add)
}
