//! Word count.

use std::error::Error;
use std::ffi::OsString;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use foldhash::fast::FixedState;
use timely::dataflow::channels::pact::{Exchange, Pipeline};

use peer_tasks::arguments::Files;
use peer_tasks::words::{Word, WordCounts};

use crate::operators::{at_the_end, text};
use crate::run::sum;

/// Counts the words of a text: every worker those of its part of the lines, then each the words that are its own, which it
/// writes to a file.
pub(crate) fn run(files: Files) -> Result<(), Box<dyn Error + Send + Sync>> {
    let threads = files.threads.count();
    sum(threads, move |scope| {
        let apart = at_the_end(text(scope, &files.input), Pipeline, "Count apart", count, WordCounts::into_iter);
        let hashes = FixedState::default();
        let by_word = Exchange::new(move |(word, _): &(Word, u64)| hashes.hash_one(word));
        let add = |counts: &mut WordCounts, (word, many)| counts.add(word, many);
        let output = numbered(&files.output, scope.index());
        at_the_end(apart, by_word, "Count and write", add, move |counts| write(&counts, &output))
    })?;
    Ok(())
}

fn count(counts: &mut WordCounts, text: Vec<u8>) {
    counts.add_text(&text).expect("the input is UTF-8");
}

fn write(counts: &WordCounts, path: &Path) -> Option<u64> {
    counts.write(path).expect("the output can be written");
    None
}

fn numbered(path: &Path, index: usize) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!("-{index}"));
    name.into()
}
