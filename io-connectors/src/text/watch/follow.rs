//! Reading files that grow, each by a reader of its own.

use super::super::error::ReadError;
use super::super::growing::{Growing, LINGER};
use super::super::identity::FileId;
use super::super::line::{InvalidUtf8, Line};
use super::super::pause::Pause;
use super::search::find;
use super::whole::Repeated;
use super::{Part, VANISHED_FILES, Watch, WatchSplit};
use beamline_sdk::{BoxError, Next, Reader, SourceBatch, Timestamp};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// Finds files, and reads none.
pub(super) struct NameReader<L> {
    search: Repeated,
    found: VecDeque<WatchSplit>,
    lines: PhantomData<fn() -> L>,
}

impl<L> NameReader<L> {
    pub(super) fn new(search: Repeated) -> Self {
        Self { search, found: VecDeque::new(), lines: PhantomData }
    }
}

impl<L: Line> Reader for NameReader<L> {
    type Out = L;
    type Split = WatchSplit;

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        let found = self.search.look(out.now())?.into_iter();
        self.found.extend(found.map(|(file, id)| WatchSplit(Part::Growing(file, id))));
        Ok(Next::WakeAt(self.search.next()))
    }

    /// It has no elements that could be waited for.
    fn is_idle(&self) -> bool {
        true
    }

    fn discover(&mut self) -> Option<WatchSplit> {
        self.found.pop_front()
    }
}

/// Reads a file that grows, until it is deleted.
pub(super) struct FollowReader<L> {
    file: OsString,
    id: FileId,
    /// Where it is looked for if it has been renamed.
    pattern: PathBuf,
    invalid: InvalidUtf8,
    open: Option<Growing<L>>,
    /// Since when it has been deleted and silent.
    silent_since: Option<Timestamp>,
    pause: Pause,
    is_caught_up: bool,
}

impl<L: Line> FollowReader<L> {
    pub(super) fn new(watch: &Watch<L>, file: OsString, id: FileId) -> Self {
        let (pattern, invalid, pause) = (watch.pattern.clone(), watch.invalid, Pause::of_file());
        Self { file, id, pattern, invalid, open: None, silent_since: None, pause, is_caught_up: false }
    }

    /// Opens the file under the name that it has by now, unless it is gone.
    fn open(&mut self) -> Result<bool, ReadError> {
        let mut name = Some(self.file.clone());
        while let Some(file) = name {
            let found = Growing::open(Path::new(&file), None, self.invalid)?;
            self.open = found.filter(|growing| growing.id == self.id);
            if self.open.is_some() {
                return Ok(true);
            }
            name = find(&self.pattern, self.id)?;
        }
        VANISHED_FILES.inc(1);
        Ok(false)
    }

    /// Goes on, and says whether there was anything to go on with.
    fn advance(growing: &mut Growing<L>, out: &mut SourceBatch<'_, L>) -> Result<bool, ReadError> {
        Ok(growing.advance(out)? || growing.restart_if_cut(out)?)
    }

    /// Whether nothing more will come of a file of which everything has been read.
    fn is_at_end(&mut self, now: Timestamp) -> Result<bool, ReadError> {
        let is_deleted = self.open.as_ref().map_or(Ok(true), Growing::is_deleted)?;
        self.silent_since = is_deleted.then(|| self.silent_since.unwrap_or(now));
        Ok(self.silent_since.is_some_and(|since| since + LINGER <= now))
    }
}

impl<L: Line> Reader for FollowReader<L> {
    type Out = L;
    type Split = WatchSplit;

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        self.is_caught_up = false;
        if self.open.is_none() && !self.open()? {
            return Ok(Next::Done);
        }
        let Some(growing) = &mut self.open else { return Ok(Next::Done) };
        while !out.is_full() {
            if Self::advance(growing, out)? {
                self.silent_since = None;
                continue;
            }
            if self.is_at_end(out.now())? {
                self.open.as_mut().map_or(Ok(()), |growing| growing.push_rest(out))?;
                return Ok(Next::Done);
            }
            self.is_caught_up = true;
            return Ok(self.pause.after(out));
        }
        Ok(Next::More)
    }

    fn bytes_read(&self) -> u64 {
        self.open.as_ref().map_or(0, |growing| growing.bytes_read)
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }
}
