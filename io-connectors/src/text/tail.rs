//! A file that grows.

use super::error::ReadError;
use super::growing::{Former, Growing, LINGER, Skip, look_at};
use super::identity::FileId;
use super::line::{InvalidUtf8, Line, RawLine, Text};
use super::pause::Pause;
use beamline_sdk::{ArrivingReader, BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the lines of a file as it grows, without an end: from its beginning, or [from its end](Tail::from_end).
///
/// A line is read when it is complete. Its timestamp is the time at which it was read, unless
/// [told otherwise](Source::with_timestamps).
///
/// The file need not be there yet, and is waited for with a warning. When it is *rotated*, that is, renamed and created
/// anew, the old file is read to its end before the new one. What a program that has not noticed yet writes to the old
/// one is read too, until there was nothing for ten seconds; then a last line without an end counts. A file that has
/// been deleted is read to its end, and another one of its name is waited for.
///
/// A file that has come and has been renamed again while nothing was read, because the pipeline was stopped or busy, is not
/// seen. [`watch`](super::watch()) for all names that the file has in turn, [`growing`](super::Watch::growing), sees it.
///
/// When the file has become shorter it is read from its beginning again. What had been written to it and not been read
/// by then is lost, and a file that has already become longer than before is not seen to have been cut: rename logs rather
/// than cut them. Lines of which a part is lost are counted as `cut_lines`.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::{Pipeline, Source};
///
/// let p = Pipeline::new();
/// let lines = p.read(text::tail("access.log").from_end());
/// assert!(!lines.is_bounded());
/// assert_eq!(text::tail("access.log").label(), "text::tail(access.log)");
/// ```
pub fn tail(path: impl AsRef<Path>) -> Tail {
    Tail::new(path)
}

/// Reads the lines of a file as it grows, as [`tail`] does, each with the name of the file.
pub fn tail_with_names(path: impl AsRef<Path>) -> Tail<(Arc<str>, String)> {
    Tail::new(path)
}

/// Reads the lines of a file as it grows, as [`tail`] does, as bytes that know their place.
pub fn tail_bytes(path: impl AsRef<Path>) -> Tail<RawLine> {
    Tail::new(path)
}

/// A source of lines: what [`tail`], [`tail_with_names`] and [`tail_bytes`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct Tail<L = String> {
    path: PathBuf,
    from_end: bool,
    invalid: InvalidUtf8,
    lines: PhantomData<fn() -> L>,
}

impl<L: Text> Tail<L> {
    /// Says what to do with bytes that are not UTF-8. By default the pipeline fails, with the file and the offset.
    pub fn invalid_utf8(mut self, invalid: InvalidUtf8) -> Self {
        self.invalid = invalid;
        self
    }
}

impl<L> Tail<L> {
    fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        Self { path, from_end: false, invalid: InvalidUtf8::default(), lines: PhantomData }
    }

    /// Leaves out what is there when the pipeline starts, and the line that has begun by then. A file that comes later is
    /// read from its beginning.
    pub fn from_end(mut self) -> Self {
        self.from_end = true;
        self
    }
}

/// A file that grows, and where reading begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TailSplit {
    pub(super) skip: Skip,
}

impl<L: Line> Source for Tail<L> {
    type Out = L;
    type Split = TailSplit;
    type Reader = ArrivingReader<TailReader<L>>;

    fn label(&self) -> String {
        format!("text::tail({})", self.path.display())
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<TailSplit>, BoxError> {
        let metadata = look_at(&self.path)?.filter(|_| self.from_end);
        Ok(vec![TailSplit { skip: metadata.map(|metadata| (FileId::of(&metadata), metadata.len())) }])
    }

    fn describe(&self, _: &TailSplit) -> String {
        self.path.display().to_string()
    }

    fn open(&self, split: TailSplit) -> Result<Self::Reader, BoxError> {
        Ok(ArrivingReader::new(TailReader::new(self.path.clone(), split.skip, self.invalid)))
    }
}

/// Reads a file that grows, and the next one of its name.
pub struct TailReader<L> {
    path: PathBuf,
    skip: Skip,
    invalid: InvalidUtf8,
    current: Option<Growing<L>>,
    /// Files that had the name before.
    former: Vec<Former<L>>,
    bytes_of_former: u64,
    pause: Pause,
    is_caught_up: bool,
    has_looked: bool,
}

impl<L: Line> TailReader<L> {
    fn new(path: PathBuf, skip: Skip, invalid: InvalidUtf8) -> Self {
        Self {
            path,
            skip,
            invalid,
            current: None,
            former: Vec::new(),
            bytes_of_former: 0,
            pause: Pause::of_file(),
            is_caught_up: false,
            has_looked: false,
        }
    }

    /// Goes on, and says whether there was anything to go on with.
    fn advance(&mut self, out: &mut SourceBatch<'_, L>) -> Result<bool, ReadError> {
        if self.advance_former(out)? {
            return Ok(true);
        }
        if let Some(current) = &mut self.current {
            return Ok(current.advance(out)? || current.restart_if_cut(out)? || self.leave_current(out.now())?);
        }
        self.current = Growing::open(&self.path, self.skip, self.invalid)?;
        self.warn_if_absent(out);
        Ok(self.current.is_some())
    }

    /// A file that has never been there may have another name, which nobody would notice.
    fn warn_if_absent(&mut self, out: &SourceBatch<'_, L>) {
        let is_first_look = !std::mem::replace(&mut self.has_looked, true);
        if is_first_look && self.current.is_none() {
            let path = self.path.display().to_string();
            out.warn(ReadError::NotYet { path }, "it is waited for");
        }
    }

    /// Reads what is still written to files that had the name before, and closes those that are silent.
    fn advance_former(&mut self, out: &mut SourceBatch<'_, L>) -> Result<bool, ReadError> {
        let now = out.now();
        for index in 0..self.former.len() {
            let former = &mut self.former[index];
            if former.file.advance(out)? {
                former.since = now;
                return Ok(true);
            }
            if former.since + LINGER <= now {
                let mut former = self.former.remove(index);
                self.bytes_of_former += former.file.bytes_read;
                former.file.push_rest(out)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Everything of the current file has been read. Says whether another one has its name now.
    fn leave_current(&mut self, now: Timestamp) -> Result<bool, ReadError> {
        let Some(current) = &self.current else { return Ok(false) };
        let is_left = look_at(&self.path)?.is_some_and(|metadata| FileId::of(&metadata) != current.id);
        if is_left {
            self.former.extend(self.current.take().map(|file| Former { file, since: now }));
        }
        Ok(is_left)
    }
}

impl<L: Line> Reader for TailReader<L> {
    type Out = L;
    type Split = TailSplit;

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        self.is_caught_up = false;
        while !out.is_full() {
            if !self.advance(out)? {
                self.is_caught_up = true;
                return Ok(self.pause.after(out));
            }
        }
        Ok(Next::More)
    }

    fn bytes_read(&self) -> u64 {
        let open = self.former.iter().map(|former| &former.file).chain(&self.current);
        self.bytes_of_former + open.map(|file| file.bytes_read).sum::<u64>()
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }
}
