//! Reading complete files as they come, one after the other.

use super::super::compression::Compression;
use super::super::error::ReadError;
use super::super::identity::FileId;
use super::super::line::{InvalidUtf8, Line, Lines};
use super::super::reader::{LineReader, Manner};
use super::super::split::{Origin, Part as LinePart, Split};
use super::search::{Search, find};
use super::{Part, VANISHED_FILES, Watch, WatchSplit};
use beamline_sdk::{BoxError, Next, Reader, SourceBatch, Timestamp};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A search that is repeated.
pub(super) struct Repeated {
    search: Search,
    every: Duration,
    last: Option<Timestamp>,
}

impl Repeated {
    pub(super) fn new(search: Search, every: Duration) -> Self {
        Self { search, every: every.max(Duration::from_millis(1)), last: None }
    }

    /// What has been found, if it is time to look.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<Vec<(OsString, FileId)>, ReadError> {
        // Also when the clock has been set back.
        if self.last.is_some_and(|last| last <= now && now < last + self.every) {
            return Ok(Vec::new());
        }
        self.last = Some(now);
        Ok(self.search.look(now)?.into_iter().map(|(path, id)| (path.into_os_string(), id)).collect())
    }

    /// When to look again.
    pub(super) fn next(&self) -> Timestamp {
        self.last.map_or(Timestamp::MIN, |last| last + self.every)
    }
}

/// Reads complete files.
pub(super) struct WholeReader<L> {
    /// What finds more of them.
    search: Option<Repeated>,
    /// Where they are looked for that have been renamed.
    pattern: PathBuf,
    waiting: VecDeque<(OsString, FileId)>,
    current: Option<LineReader<Lines<L>>>,
    compression: Compression,
    invalid: InvalidUtf8,
    /// Of the files that have been read to their end.
    bytes_read: u64,
    is_caught_up: bool,
}

impl<L: Line> WholeReader<L> {
    pub(super) fn new(watch: &Watch<L>, search: Option<Repeated>, files: Vec<(OsString, FileId)>) -> Self {
        Self {
            search,
            pattern: watch.pattern.clone(),
            waiting: files.into(),
            current: None,
            compression: watch.compression,
            invalid: watch.invalid,
            bytes_read: 0,
            is_caught_up: false,
        }
    }

    /// Opens the next file under the name that it has by now, unless it is gone.
    fn open(&mut self, file: OsString, id: FileId) -> Result<(), ReadError> {
        let mut name = Some(file);
        while let Some(file) = name {
            self.current = self.try_open(&file, id)?;
            if self.current.is_some() {
                return Ok(());
            }
            name = find(&self.pattern, id)?;
        }
        VANISHED_FILES.inc(1);
        Ok(())
    }

    /// Opens a file, unless it has this name no longer.
    fn try_open(&self, file: &OsString, id: FileId) -> Result<Option<LineReader<Lines<L>>>, ReadError> {
        let path = Path::new(file);
        let metadata = || fs::metadata(path).ok().filter(|metadata| FileId::of(metadata) == id);
        let Some(size) = metadata().map(|metadata| metadata.len()) else { return Ok(None) };
        let codec = self.compression.codec(path);
        if codec.is_missing() {
            return Err(ReadError::MissingFeature { path: path.display().to_string(), codec: codec.to_string() });
        }
        let split = Split { origin: Origin::file(file.clone()), part: LinePart::Whole { codec, size } };
        let manner = Manner { invalid: self.invalid, min_split: u64::MAX, has_header: false };
        match LineReader::open(split, manner, Lines::default()) {
            // It may have been renamed in between.
            Ok(reader) => Ok(metadata().map(|_| reader)),
            Err(ReadError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on with the current file.
    fn go_on(&mut self, out: &mut SourceBatch<'_, L>) -> Result<(), BoxError> {
        if let Some(reader) = &mut self.current
            && reader.poll(out)? == Next::Done
        {
            self.bytes_read += reader.bytes_read();
            self.current = None;
        }
        Ok(())
    }

    /// All files have been read: looks for others, and says what to answer if there are none.
    fn look(&mut self, now: Timestamp) -> Result<Option<Next>, ReadError> {
        let Some(search) = &mut self.search else { return Ok(Some(Next::Done)) };
        self.waiting.extend(search.look(now)?);
        self.is_caught_up = self.waiting.is_empty();
        Ok(self.is_caught_up.then(|| Next::WakeAt(search.next())))
    }
}

impl<L: Line> Reader for WholeReader<L> {
    type Out = L;
    type Split = WatchSplit;

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        self.is_caught_up = false;
        while !out.is_full() {
            if self.current.is_some() {
                self.go_on(out)?;
            } else if let Some((file, id)) = self.waiting.pop_front() {
                self.open(file, id)?;
            } else if let Some(next) = self.look(out.now())? {
                return Ok(next);
            }
        }
        Ok(Next::More)
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read + self.current.as_ref().map_or(0, Reader::bytes_read)
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }

    /// The last files of those that have been found.
    fn try_split(&mut self, fraction: f64) -> Option<WatchSplit> {
        let given = (self.waiting.len() as f64 * fraction).ceil() as usize;
        let given = self.waiting.split_off(self.waiting.len() - given.min(self.waiting.len()));
        (!given.is_empty()).then(|| WatchSplit(Part::Files(given.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_repeated_after_its_pause_and_when_the_clock_is_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let search = Search::new(folder.path().join("*"), Vec::new());
        let (mut repeated, at) = (Repeated::new(search, Duration::from_millis(100)), Timestamp::from_millis);
        let mut finds = |name: &str, now| {
            fs::write(folder.path().join(name), "").unwrap();
            !repeated.look(at(now)).unwrap().is_empty()
        };
        assert!(finds("a", 5_000) && !finds("b", 5_099) && finds("c", 5_100));
        assert!(finds("d", 1_000) && !finds("e", 1_099) && finds("f", 1_100));
    }
}
