//! A file that somebody else writes to.

use super::error::ReadError;
use super::identity::{FileId, is_deleted};
use super::incoming::Incoming;
use super::line::{InvalidUtf8, Line};
use beamline_sdk::metrics::Counter;
use beamline_sdk::{SourceBatch, Timestamp};
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Lines whose beginning was read and whose end is gone, because their file was cut.
static CUT_LINES: Counter = Counter::new("cut_lines");

/// A file that is open, and read as far as it is there.
pub(super) struct Growing<L> {
    file: File,
    pub(super) id: FileId,
    name: Arc<str>,
    invalid: InvalidUtf8,
    lines: Incoming<L>,
    pub(super) bytes_read: u64,
}

/// Where reading begins in the file that is there when the pipeline starts.
pub(super) type Skip = Option<(FileId, u64)>;

/// What is known of the file of this name, if there is one.
pub(super) fn look_at(path: &Path) -> Result<Option<Metadata>, ReadError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
        Ok(metadata) if metadata.is_dir() => Err(ReadError::Directory { path: path.display().to_string() }),
        Ok(_) => Err(ReadError::NotGrowing { path: path.display().to_string() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ReadError::of(path.display(), error)),
    }
}

impl<L: Line> Growing<L> {
    /// Opens the file of this name, if there is one.
    pub(super) fn open(path: &Path, skip: Skip, invalid: InvalidUtf8) -> Result<Option<Self>, ReadError> {
        if look_at(path)?.is_none() {
            return Ok(None);
        }
        match Self::try_open(path, skip, invalid) {
            Ok(growing) => Ok(Some(growing)),
            // Somebody has renamed it just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ReadError::of(path.display(), error)),
        }
    }

    fn try_open(path: &Path, skip: Skip, invalid: InvalidUtf8) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let id = FileId::of(&file.metadata()?);
        let name: Arc<str> = path.display().to_string().into();
        let offset = skip.filter(|(skipped, _)| *skipped == id).map_or(0, |(_, offset)| offset);
        let lines = Incoming::behind(offset, name.clone(), invalid);
        file.seek(SeekFrom::Start(lines.position()))?;
        Ok(Self { file, id, name, invalid, lines, bytes_read: 0 })
    }

    /// Reads on, and says whether anything was there.
    pub(super) fn advance(&mut self, out: &mut SourceBatch<'_, L>) -> Result<bool, ReadError> {
        if self.lines.push_lines(out)? {
            return Ok(true);
        }
        let count = self.lines.fill(&mut self.file).map_err(|error| self.error(error))?;
        self.bytes_read += count as u64;
        Ok(count > 0)
    }

    /// Begins again if the file has been cut, and says whether it has.
    pub(super) fn restart_if_cut(&mut self, out: &SourceBatch<'_, L>) -> Result<bool, ReadError> {
        if self.metadata()?.len() >= self.lines.position() {
            return Ok(false);
        }
        if self.lines.has_rest() {
            CUT_LINES.inc(1);
        }
        self.file.seek(SeekFrom::Start(0)).map_err(|error| self.error(error))?;
        self.lines = Incoming::new(self.name.clone(), self.invalid);
        let cut = ReadError::Cut { path: self.name.to_string() };
        out.warn(cut, "it is read from its beginning; what had not been read by then is lost");
        Ok(true)
    }

    /// Pushes the last line, which nobody has ended.
    pub(super) fn push_rest(&mut self, out: &mut SourceBatch<'_, L>) -> Result<(), ReadError> {
        self.lines.push_rest(out)
    }

    /// Whether it has no name any more.
    pub(super) fn is_deleted(&self) -> Result<bool, ReadError> {
        Ok(is_deleted(&self.metadata()?))
    }

    fn metadata(&self) -> Result<Metadata, ReadError> {
        self.file.metadata().map_err(|error| self.error(error))
    }

    fn error(&self, error: io::Error) -> ReadError {
        ReadError::of(&self.name, error)
    }
}

/// How long a file that has lost its name has to be silent before it is closed.
pub(super) const LINGER: Duration = Duration::from_secs(10);

/// A file that has been given up by its name, and may still be written to.
pub(super) struct Former<L> {
    pub(super) file: Growing<L>,
    /// When something was read of it last, or when it was given up.
    pub(super) since: Timestamp,
}
