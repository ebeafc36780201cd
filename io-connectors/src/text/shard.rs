//! Writes one shard.

use super::BLOCK;
use super::encode::Encoder;
use super::error::WriteError;
use super::temp::TempFile;
use beamline_sdk::{BoxError, WriteFault, Writer};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::path::PathBuf;

/// Writes the lines of one shard.
pub struct ShardWriter {
    /// Whole lines that have not been written yet.
    lines: String,
    /// How many bytes of lines have been written before.
    written: u64,
    encoder: Encoder,
    target: Target,
}

/// Where the lines of a shard go.
pub(super) enum Target {
    Stdout,
    /// A file with the path it is to have.
    File(TempFile, PathBuf),
}

/// A shard that is complete and waits for its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedShard(pub(super) Option<Rename>);

/// From a temporary file to the visible one, in a type that can be sent whatever its bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rename {
    pub(super) from: OsString,
    pub(super) to: OsString,
}

impl ShardWriter {
    pub(super) fn new(target: Target, encoder: Encoder) -> Self {
        Self { lines: String::with_capacity(BLOCK + BLOCK / 4), written: 0, encoder, target }
    }

    /// Adds a line. One that cannot be printed leaves nothing.
    pub(super) fn line(&mut self, line: &(impl Display + ?Sized)) -> Result<(), WriteError> {
        let length = self.lines.len();
        let Ok(()) = writeln!(self.lines, "{line}") else {
            self.lines.truncate(length);
            return Err(WriteError::Format { path: self.target.to_string() });
        };
        if self.lines.len() >= BLOCK { self.write_lines() } else { Ok(()) }
    }

    /// How many bytes of text there are, before they are compressed.
    pub(super) fn text_bytes(&self) -> u64 {
        self.written + self.lines.len() as u64
    }

    /// Only whole lines are written at once, so that those of others on the same terminal come between lines.
    fn write_lines(&mut self) -> Result<(), WriteError> {
        let result = self.encoder.encode(self.lines.as_bytes(), &mut self.target);
        self.written += self.lines.len() as u64;
        self.lines.clear();
        result.map_err(|cause| self.target.failed(cause))
    }

    fn show(&mut self) -> Result<(), WriteError> {
        self.write_lines()?;
        self.target.flush().map_err(|cause| self.target.failed(cause))
    }

    pub(super) fn finish(mut self) -> Result<PreparedShard, WriteError> {
        self.write_lines()?;
        let Self { encoder, mut target, .. } = self;
        if let Err(cause) = encoder.finish(&mut target).and_then(|()| target.flush()) {
            return Err(target.failed(cause));
        }
        target.keep()
    }
}

impl<T: Display> Writer<T> for ShardWriter {
    type Commit = PreparedShard;

    fn write(&mut self, element: T) -> Result<(), BoxError> {
        // Whatever else goes wrong, lines of other elements are lost with it.
        self.line(&element).map_err(|error| match error {
            WriteError::Format { .. } => error.into(),
            _ => WriteFault::broken(error).into(),
        })
    }

    /// Who reads standard output should see soon what there is. Files are seen when they are complete.
    fn finish_bundle(&mut self) -> Result<(), BoxError> {
        match self.target {
            Target::Stdout => Ok(self.show().map_err(WriteFault::broken)?),
            Target::File(..) => Ok(()),
        }
    }

    fn prepare(self) -> Result<PreparedShard, BoxError> {
        Ok(self.finish()?)
    }
}

impl Target {
    fn failed(&self, cause: io::Error) -> WriteError {
        match self {
            Self::Stdout => WriteError::of_stdout(cause),
            Self::File(_, path) => WriteError::of(path.display(), cause),
        }
    }

    fn keep(self) -> Result<PreparedShard, WriteError> {
        let Self::File(file, path) = self else { return Ok(PreparedShard(None)) };
        let from = file.keep().map_err(|cause| WriteError::of(path.display(), cause))?;
        Ok(PreparedShard(Some(Rename { from: from.into(), to: path.into() })))
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(_, path) => path.display().fmt(f),
        }
    }
}

impl io::Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            // Locked for a moment only: steps on other threads may print too.
            Self::Stdout => io::stdout().write(bytes),
            Self::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().flush(),
            Self::File(file, _) => file.flush(),
        }
    }
}
