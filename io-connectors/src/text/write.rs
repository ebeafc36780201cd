//! The description of what is written.

use super::compression::{Codec, Compression};
use super::encode::Encoder;
use super::error::WriteError;
use super::folder::make_folder;
use super::names::Names;
use super::paths::is_standard;
use super::publish::{discard, publish};
use super::shard::{PreparedShard, ShardWriter, Target};
use super::temp::TempFile;
use beamline_sdk::{BoxError, Element, Shard, Sink};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Writes each element as a line, with its `Display`, to files named `PREFIX-00000-of-00002`, or to standard output
/// (`-`).
///
/// By default there is a shard for each worker, and output that exists already is refused. The folder of the prefix is
/// made if it is missing. All files become visible when the whole pipeline has succeeded, and none if it fails. If
/// giving the files their names fails half way, those that replaced no older file are taken back, and the error lists
/// the others.
///
/// Standard output cannot be taken back: lines appear there while the pipeline runs, in one shard, and what was written
/// before an error remains.
///
/// An element whose `Display` contains newlines becomes several lines.
///
/// An element whose `Display` returns an error fails the pipeline by [`write`](beamline_sdk::PCollection::write), and is a dead
/// letter by [`try_write`](beamline_sdk::PCollection::try_write): nothing of it is in the file, not even what it had printed
/// before. All other errors fail the pipeline by either, such as those of a full disk, and of files that cannot be given
/// their names.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::Sink;
///
/// let sink = text::write("out/counts").suffix(".txt").shards(2);
/// assert_eq!(Sink::<String>::label(&sink), "text::write(out/counts)");
/// ```
pub fn write(prefix: impl AsRef<Path>) -> Write {
    Write {
        prefix: prefix.as_ref().to_owned(),
        suffix: String::new(),
        layout: Layout::Shards(None),
        compression: Compression::default(),
        header: None,
        replace: false,
    }
}

/// A sink of lines: what [`write()`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description writes nothing until it is given to a pipeline"]
pub struct Write {
    prefix: PathBuf,
    suffix: String,
    layout: Layout,
    compression: Compression,
    header: Option<String>,
    replace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Numbered files, one per worker if the number is open.
    Shards(Option<u32>),
    /// One file with the name given.
    SingleFile,
}

impl Write {
    /// Says how many files to write, at least 1. By default one per worker.
    pub fn shards(mut self, count: u32) -> Self {
        self.layout = Layout::Shards(Some(count));
        self
    }

    /// Writes one file whose path is exactly the prefix (and the suffix, if there is one).
    pub fn single_file(mut self) -> Self {
        self.layout = Layout::SingleFile;
        self
    }

    /// Says how file names end, such as `.txt`; the default is nothing.
    pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// Compresses the files. By default the ending of their names tells; if it does not fit what is said here, `.gz`,
    /// `.zst` or `.bz2` is added to it, except for a [`single_file`](Self::single_file).
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Begins every file with this line.
    pub fn header(mut self, line: impl Into<String>) -> Self {
        self.header = Some(line.into());
        self
    }

    /// Says whether to replace older output of the same prefix and suffix, also of another number of shards. It is
    /// there until the new output is complete. By default older output is an error before anything runs.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    fn is_stdout(&self) -> bool {
        is_standard(&self.prefix)
    }

    fn prefix_text(&self) -> String {
        self.prefix.display().to_string()
    }

    fn codec(&self) -> Codec {
        match (self.layout, self.suffix.is_empty()) {
            (Layout::SingleFile, true) => self.compression.codec(&self.prefix),
            _ if self.is_stdout() => self.compression.codec(&self.prefix),
            // The suffix alone may be `.gz`, which has no extension by itself.
            _ => self.compression.codec(Path::new(&format!("name{}", self.suffix))),
        }
    }

    fn names(&self) -> Result<Names, WriteError> {
        let single = self.layout == Layout::SingleFile;
        let suffix = if single { self.suffix.clone() } else { self.suffix_with_extension() };
        Names::new(&self.prefix, &suffix, single).ok_or_else(|| WriteError::Directory { prefix: self.prefix_text() })
    }

    fn suffix_with_extension(&self) -> String {
        let codec = self.codec();
        let extension = format!(".{}", codec.extension());
        if codec == Codec::Plain || self.suffix.to_ascii_lowercase().ends_with(&extension) {
            return self.suffix.clone();
        }
        format!("{}{extension}", self.suffix)
    }

    fn check_options(&self) -> Result<(), WriteError> {
        let codec = self.codec();
        if self.layout == Layout::Shards(Some(0)) {
            return Err(WriteError::NoShards { prefix: self.prefix_text() });
        }
        if self.suffix.contains('/') {
            return Err(WriteError::BadSuffix { prefix: self.prefix_text(), suffix: self.suffix.clone() });
        }
        if codec.is_missing() {
            return Err(WriteError::MissingFeature { path: self.prefix_text(), codec: codec.to_string() });
        }
        Ok(())
    }

    fn check_output(&self, names: &Names) -> Result<(), WriteError> {
        let folder = || names.folder().display().to_string();
        if self.prefix.is_dir() {
            return Err(WriteError::Directory { prefix: self.prefix_text() });
        }
        make_folder(names.folder())?;
        // Trying is the only check that knows about permissions, read-only disks and the longest name possible.
        let probe = names.path(Shard { index: 0, count: 1 });
        TempFile::beside(&probe).map_err(|cause| match WriteError::of(probe.display(), cause) {
            WriteError::Unwritable { cause, .. } => WriteError::NotWritable { folder: folder(), cause },
            error => error,
        })?;
        let existing = names.existing().map_err(|cause| WriteError::NotWritable { folder: folder(), cause })?;
        match existing.first() {
            Some(path) if !self.replace => Err(WriteError::Exists { path: path.display().to_string() }),
            _ => Ok(()),
        }
    }

    fn target(&self, shard: Shard) -> Result<Target, WriteError> {
        if self.is_stdout() {
            return Ok(Target::Stdout);
        }
        let path = self.names()?.path(shard);
        let file = TempFile::beside(&path).map_err(|cause| WriteError::of(path.display(), cause))?;
        Ok(Target::File(file, path))
    }

    fn open_shard(&self, shard: Shard) -> Result<ShardWriter, WriteError> {
        let encoder = Encoder::new(self.codec()).map_err(|cause| WriteError::of(self.prefix_text(), cause))?;
        let mut writer = ShardWriter::new(self.target(shard)?, encoder);
        if let Some(header) = &self.header {
            writer.line(header)?;
        }
        Ok(writer)
    }
}

impl<T: Element + Display> Sink<T> for Write {
    type Writer = ShardWriter;
    type Commit = PreparedShard;

    fn label(&self) -> String {
        if self.is_stdout() {
            return "text::write(standard output)".to_owned();
        }
        format!("text::write({})", self.prefix.display())
    }

    fn shards(&self) -> Option<u32> {
        match self.layout {
            Layout::Shards(count) if !self.is_stdout() => count,
            _ => Some(1),
        }
    }

    fn shows_at_once(&self) -> bool {
        self.is_stdout()
    }

    fn begin(&self) -> Result<(), BoxError> {
        self.check_options()?;
        if !self.is_stdout() {
            self.check_output(&self.names()?)?;
        }
        Ok(())
    }

    fn open(&self, shard: Shard) -> Result<ShardWriter, BoxError> {
        Ok(self.open_shard(shard)?)
    }

    fn commit(&self, prepared: Vec<PreparedShard>) -> Result<(), BoxError> {
        if !self.is_stdout() {
            publish(&self.names()?, &prepared, self.replace)?;
        }
        Ok(())
    }

    fn abort(&self, prepared: Vec<PreparedShard>) {
        discard(&prepared);
    }
}
