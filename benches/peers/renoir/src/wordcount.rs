//! Word count.

use std::error::Error;

use peer_tasks::arguments::Files;
use peer_tasks::words::WordCounts;

use crate::run::{batches, context};

/// Counts the words of a text: every thread those of its lines in a table of its own, and one takes over all tables.
pub(crate) fn run(files: &Files) -> Result<(), Box<dyn Error + Send + Sync>> {
    let context = context(files.threads)?;
    let lines = context.stream_file(&files.input).batch_mode(batches());
    let counts = lines.fold_assoc(
        WordCounts::default(),
        |counts, line| counts.add_text(line.as_bytes()).expect("a line is UTF-8"),
        WordCounts::merge,
    );
    let counts = counts.collect_vec();
    context.execute_blocking();
    let mut all = WordCounts::default();
    counts.get().into_iter().flatten().for_each(|counts| all.merge(counts));
    all.write(&files.output)?;
    Ok(())
}
