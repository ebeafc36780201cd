//! What the tests of text share: driving sources and sinks by hand, as a runner does.

use beamline_io::text::{PreparedShard, Write};
use beamline_sdk::kernel::{Clock, SystemClock};
use beamline_sdk::{BoxError, Next, Reader, Shard, Sink, Source, SourceBatch, SplitTarget, Timestamp, Writer};
use std::fmt::{Display, Write as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The splits for that many workers.
pub(crate) fn splits<S: Source>(source: &S, parallelism: usize) -> Result<Vec<S::Split>, BoxError> {
    source.splits(&SplitTarget { parallelism })
}

/// One batch, and what the reader says after it.
pub(crate) fn poll<R: Reader>(reader: &mut R, capacity: usize) -> Result<(Vec<R::Out>, Next), BoxError> {
    let (mut values, mut times) = (Vec::new(), Vec::new());
    let next = reader.poll(&mut SourceBatch::new(&mut values, &mut times, capacity))?;
    assert!(values.len() <= capacity, "a reader should stop at a full batch");
    Ok((values, next))
}

/// How long it is until a time.
fn wait(time: Timestamp) -> Duration {
    Duration::from_millis((time.millis() - SystemClock.now().millis()).max(0) as u64)
}

/// All that a reader reads, in batches of `capacity`.
pub(crate) fn drain<R: Reader>(reader: &mut R, capacity: usize) -> Result<Vec<R::Out>, BoxError> {
    let mut all = Vec::new();
    loop {
        let (mut values, next) = poll(reader, capacity)?;
        all.append(&mut values);
        match next {
            Next::More => {}
            Next::WakeAt(time) => thread::sleep(wait(time)),
            Next::Done => return Ok(all),
        }
    }
}

/// All elements of a source, split after split.
pub(crate) fn read_all<S: Source>(source: &S, parallelism: usize) -> Result<Vec<S::Out>, BoxError> {
    let mut all = Vec::new();
    for split in splits(source, parallelism)? {
        all.append(&mut drain(&mut source.open(split)?, 100)?);
    }
    Ok(all)
}

/// Writes lines to shards in turn and prepares these.
pub(crate) fn prepare(sink: &Write, lines: &[impl Display], workers: u32) -> Result<Vec<PreparedShard>, BoxError> {
    let count = Sink::<String>::shards(sink).unwrap_or(workers);
    let open = |index| Sink::<String>::open(sink, Shard { index, count });
    let mut writers = (0..count).map(open).collect::<Result<Vec<_>, _>>()?;
    for (i, line) in lines.iter().enumerate() {
        writers[i % count as usize].write(line.to_string())?;
    }
    writers.into_iter().map(Writer::<String>::prepare).collect()
}

/// A whole run of a sink that succeeds.
pub(crate) fn write_all(sink: &Write, lines: &[impl Display], workers: u32) -> Result<(), BoxError> {
    Sink::<String>::begin(sink)?;
    let prepared = prepare(sink, lines, workers)?;
    Sink::<String>::commit(sink, prepared)
}

/// A text of these lines.
pub(crate) fn lines_of(lines: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    lines.for_each(|line| writeln!(text, "{line}").unwrap());
    text
}

/// The names of all files in a folder, hidden ones too, in alphabetical order.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
