//! Folders that gain files.
//!
//! `search` finds them, `whole` reads those that are complete, `follow` those that grow, `reader` puts these together.

mod follow;
mod reader;
mod search;
mod whole;

pub use reader::WatchReader;

use super::compression::Compression;
use super::identity::FileId;
use super::line::{InvalidUtf8, Line, RawLine, Text};
use beamline_sdk::metrics::Counter;
use beamline_sdk::{BoxError, Source, SplitTarget, Timestamp};
use search::Search;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Files that were gone before it was their turn.
static VANISHED_FILES: Counter = Counter::new("vanished_files");

/// Reads the lines of all files that match a pattern, and of those that come to match it later, without an end.
///
/// Each file is read once, to the end that it has when its turn comes, also if it is compressed; a last line without `\n`
/// counts. So a file should be complete when it comes: write it under another name, and rename it. The files that are found
/// at once are read in alphabetical order. A file that has been renamed is the same one, also if none of its names has matched for
/// up to ten minutes, and so is one of several names; another file of the same name is another one. To read files that
/// somebody still writes to, say [`growing`](Watch::growing).
///
/// The pattern is one of [`text::read`](super::read()). Nothing need match it in the beginning. Timestamps are arrival times,
/// unless [told otherwise](Source::with_timestamps). Files that are gone before it was their turn, or have a name that does not
/// match any more, are counted as `vanished_files`.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::{Pipeline, Source};
///
/// let p = Pipeline::new();
/// let orders = p.read(text::watch("in/*.csv"));
/// assert_eq!(text::watch("in/*.csv").label(), "text::watch(in/*.csv)");
/// # drop(orders);
/// ```
pub fn watch(pattern: impl AsRef<Path>) -> Watch {
    Watch::new(pattern)
}

/// Reads lines of files that come, as [`watch`] does, each with the name of its file.
pub fn watch_with_names(pattern: impl AsRef<Path>) -> Watch<(Arc<str>, String)> {
    Watch::new(pattern)
}

/// Reads lines of files that come, as [`watch`] does, as bytes that know their place.
pub fn watch_bytes(pattern: impl AsRef<Path>) -> Watch<RawLine> {
    Watch::new(pattern)
}

/// A source of lines: what [`watch`], [`watch_with_names`] and [`watch_bytes`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct Watch<L = String> {
    pattern: PathBuf,
    is_growing: bool,
    only_new: bool,
    every: Duration,
    compression: Compression,
    invalid: InvalidUtf8,
    lines: PhantomData<fn() -> L>,
}

impl<L: Text> Watch<L> {
    /// Says what to do with bytes that are not UTF-8. By default the pipeline fails, with the file and the offset.
    pub fn invalid_utf8(mut self, invalid: InvalidUtf8) -> Self {
        self.invalid = invalid;
        self
    }
}

impl<L> Watch<L> {
    fn new(pattern: impl AsRef<Path>) -> Self {
        Self {
            pattern: pattern.as_ref().to_owned(),
            is_growing: false,
            only_new: false,
            every: Duration::from_millis(100),
            compression: Compression::default(),
            invalid: InvalidUtf8::default(),
            lines: PhantomData,
        }
    }

    /// Follows each file as it grows, as [`tail`](super::tail()) does, under any name, until it is deleted and there has
    /// been nothing for ten seconds. Each file is a split with a watermark of its own; [`Source::idle_after`] says for how
    /// long one that does not grow is waited for. Such files are not compressed.
    pub fn growing(mut self) -> Self {
        self.is_growing = true;
        self
    }

    /// Leaves out the files that are there when the pipeline starts.
    pub fn only_new(mut self) -> Self {
        self.only_new = true;
        self
    }

    /// How long to wait before looking for files again: 100 ms by default.
    pub fn every(mut self, pause: Duration) -> Self {
        self.every = pause;
        self
    }

    /// Says how all files are compressed. By default each file's name tells.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }
}

/// The folder, or files that have been found in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WatchSplit(Part);

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Part {
    /// All that matches, except files that are known already.
    Folder(Vec<FileId>),
    /// Complete files.
    Files(Vec<(OsString, FileId)>),
    /// A file that grows.
    Growing(OsString, FileId),
}

impl<L: Line> Source for Watch<L> {
    type Out = L;
    type Split = WatchSplit;
    type Reader = WatchReader<L>;

    fn label(&self) -> String {
        format!("text::watch({})", self.pattern.display())
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<WatchSplit>, BoxError> {
        // A pattern that cannot be understood is refused before anything runs.
        let mut search = Search::new(self.pattern.clone(), Vec::new());
        search.look(Timestamp::MIN)?;
        Ok(vec![WatchSplit(Part::Folder(if self.only_new { search.known() } else { Vec::new() }))])
    }

    fn describe(&self, split: &WatchSplit) -> String {
        match &split.0 {
            Part::Folder(_) => self.pattern.display().to_string(),
            Part::Files(files) => match &files[..] {
                [(only, _)] => Path::new(only).display().to_string(),
                files => format!("{} files of {}", files.len(), self.pattern.display()),
            },
            Part::Growing(file, _) => Path::new(file).display().to_string(),
        }
    }

    fn open(&self, split: WatchSplit) -> Result<WatchReader<L>, BoxError> {
        Ok(WatchReader::open(self, split.0))
    }
}
