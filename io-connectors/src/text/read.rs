//! The description of what is read.

use super::compression::{Codec, Compression};
use super::dead_letters::ReadTried;
use super::error::ReadError;
use super::line::{Decoder, InvalidUtf8, Line, Lines, RawLine, Text};
use super::paths::{Input, Kind, name_of_input, resolve};
use super::reader::{LineReader, Manner};
use super::split::{Origin, Part, Split, SplitSize, divide};
use beamline_sdk::kernel::SourceFactory;
use beamline_sdk::{BoxError, Source, SplitTarget};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads lines as `String`s from a file, from all files that match a pattern, or from standard input (`-`).
///
/// In a pattern `*` and `?` stand for any characters and one character of a name, `[ab]` for one of these, and `**` for
/// any folders; as in a shell, hidden files must be named explicitly. A path that exists is never taken for a pattern.
///
/// Nothing is opened before the pipeline runs. It then fails with a [`ReadError`] before any step has run if a file is
/// missing or may not be read, or a pattern matches nothing.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::Source;
///
/// assert_eq!(text::read("in/*.txt").label(), "text::read(in/*.txt)");
/// assert_eq!(text::read("-").label(), "text::read(standard input)");
/// ```
pub fn read(path: impl AsRef<Path>) -> Read {
    read_all([path])
}

/// Reads lines from several files or patterns, as [`read`] does from one. A file that is named twice is read twice.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::Source;
///
/// let logs = text::read_all(["old/*.gz", "new/*.log"]);
/// assert_eq!(logs.label(), "text::read(old/*.gz, new/*.log)");
/// ```
pub fn read_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Read {
    Read::new(paths)
}

/// Reads lines as bytes that know their place, as [`read`] does `String`s: for text that may be damaged, or is not
/// UTF-8.
///
/// ```
/// use beamline_io::text::{self, RawLine};
///
/// let lines: text::Read<RawLine> = text::read_bytes("in/*.txt");
/// # let _ = lines;
/// ```
pub fn read_bytes(path: impl AsRef<Path>) -> Read<RawLine> {
    Read::new([path])
}

/// Reads lines as [`read`] does, each with the name of its file: pairs, so the files are keys.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::Pipeline;
///
/// let p = Pipeline::new();
/// let lines_per_file = p.read(text::read_with_names("logs/*.gz")).count_per_key();
/// # drop(lines_per_file);
/// ```
pub fn read_with_names(path: impl AsRef<Path>) -> Read<(Arc<str>, String)> {
    Read::new([path])
}

/// A source of lines: what [`read`], [`read_all`], [`read_with_names`] and [`read_bytes`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct Read<L = String> {
    paths: Vec<PathBuf>,
    compression: Compression,
    invalid: InvalidUtf8,
    has_header: bool,
    size: SplitSize,
    lines: PhantomData<fn() -> L>,
}

impl<L: Text> Read<L> {
    /// Says what to do with bytes that are not UTF-8. By default the pipeline fails, with the file and the offset.
    pub fn invalid_utf8(mut self, invalid: InvalidUtf8) -> Self {
        self.invalid = invalid;
        self
    }
}

impl Read<String> {
    /// Makes a collection of its own of the lines that are not UTF-8, in place of a failure.
    ///
    /// The result is a transform of the pipeline. Its `ok` lines are text; those that `failed` are bytes with the file
    /// and the offset of the line. If nothing reads these, the first one fails the pipeline.
    ///
    /// ```
    /// use beamline_io::text;
    /// use beamline_sdk::Pipeline;
    ///
    /// let p = Pipeline::new();
    /// let lines = p.apply(text::read("in/*.txt").dead_letters());
    /// lines.ok.write(text::write("out/lines"));
    /// lines.failed.map(|failure| failure.error).write(text::write("out/damaged"));
    /// ```
    pub fn dead_letters(self) -> ReadTried {
        ReadTried(self.into_raw())
    }

    /// The same lines as bytes.
    pub(super) fn into_raw(self) -> Read<RawLine> {
        let Self { paths, compression, invalid, has_header, size, .. } = self;
        Read { paths, compression, invalid, has_header, size, lines: PhantomData }
    }

    /// Whether bytes that are not UTF-8 are replaced.
    pub(super) fn is_lossy(&self) -> bool {
        self.invalid == InvalidUtf8::Lossy
    }
}

impl<L> Read<L> {
    fn new<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self {
            paths: paths.into_iter().map(|p| p.as_ref().to_owned()).collect(),
            compression: Compression::default(),
            invalid: InvalidUtf8::default(),
            has_header: false,
            size: SplitSize::default(),
            lines: PhantomData,
        }
    }

    /// Reads another file or pattern too.
    pub fn and(mut self, path: impl AsRef<Path>) -> Self {
        self.paths.push(path.as_ref().to_owned());
        self
    }

    /// Says how all files are compressed. By default each file's name tells.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Passes over the first line of each file, such as the names of a table's columns (`withSkipHeaderLines` in Beam).
    pub fn skip_header(mut self) -> Self {
        self.has_header = true;
        self
    }

    /// Opens a split, whose lines become what `decoder` makes of them.
    pub(super) fn open_with<D: Decoder>(&self, split: Split, decoder: D) -> Result<LineReader<D>, ReadError> {
        let manner = Manner { invalid: self.invalid, min_split: self.size.min, has_header: self.has_header };
        LineReader::open(split, manner, decoder)
    }

    /// Says how few bytes of a file are still worth a worker of their own: 1 MiB by default, and much less where the
    /// work on a single line takes long, such as a file of addresses to fetch.
    pub fn min_split_bytes(mut self, bytes: u64) -> Self {
        self.size.min = bytes;
        self
    }

    fn split_input(&self, input: Input, target: u64) -> Result<Vec<Split>, ReadError> {
        let codec = self.codec(&input.origin)?;
        let parts = match input.kind {
            Kind::Pipe => vec![Part::Pipe { codec }],
            // Some special files claim to be empty and are not.
            Kind::File(size) if size == 0 || codec != Codec::Plain => vec![Part::Whole { codec, size }],
            Kind::File(length) => divide(length, target).map(Part::Range).collect(),
        };
        Ok(parts.into_iter().map(|part| Split { origin: input.origin.clone(), part }).collect())
    }

    fn codec(&self, origin: &Origin) -> Result<Codec, ReadError> {
        let name = match origin {
            Origin::Stdin => Path::new(""),
            Origin::File(path) => Path::new(path),
        };
        let codec = self.compression.codec(name);
        if codec.is_missing() {
            return Err(ReadError::MissingFeature { path: origin.to_string(), codec: codec.to_string() });
        }
        Ok(codec)
    }

    /// The bytes that can be divided.
    fn total(&self, inputs: &[Input]) -> Result<u64, ReadError> {
        inputs.iter().try_fold(0, |total, input| match input.kind {
            Kind::File(size) if self.codec(&input.origin)? == Codec::Plain => Ok(total + size),
            _ => Ok(total),
        })
    }
}

impl<L: Line> Source for Read<L> {
    type Out = L;
    type Split = Split;
    type Reader = LineReader<Lines<L>>;

    fn label(&self) -> String {
        let paths: Vec<_> = self.paths.iter().map(|path| name_of_input(path)).collect();
        match paths.as_slice() {
            [first, second, _, rest @ ..] if !rest.is_empty() => {
                format!("text::read({first}, {second} and {} more)", paths.len() - 2)
            }
            paths => format!("text::read({})", paths.join(", ")),
        }
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Split>, BoxError> {
        let inputs = resolve(&self.paths)?;
        let target = self.size.target(self.total(&inputs)?, target.parallelism);
        let mut splits = Vec::new();
        for input in inputs {
            splits.append(&mut self.split_input(input, target)?);
        }
        Ok(splits)
    }

    fn size(&self, split: &Split) -> Option<u64> {
        match split.part {
            Part::Range(range) => Some(range.end - range.start),
            Part::Whole { size, .. } => Some(size),
            Part::Pipe { .. } => None,
        }
    }

    fn describe(&self, split: &Split) -> String {
        split.to_string()
    }

    fn open(&self, split: Split) -> Result<Self::Reader, BoxError> {
        Ok(self.open_with(split, Lines::default())?)
    }

    fn into_factory(self) -> Arc<dyn SourceFactory> {
        L::factory(self)
    }
}

#[cfg(all(test, not(feature = "gzip")))]
mod tests {
    use super::*;

    #[test]
    fn a_compression_that_was_not_built_in_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gz");
        std::fs::write(&path, "").unwrap();
        let error = read(&path).splits(&SplitTarget { parallelism: 1 }).unwrap_err().to_string();
        assert!(
            error.ends_with("a.gz: it is gzip, and this program was built without the cargo feature `gzip`"),
            "{error}"
        );
        let error = beamline_sdk::Sink::<String>::begin(&crate::text::write("a").suffix(".gz")).unwrap_err();
        assert!(error.to_string().ends_with("built without the cargo feature `gzip`"), "{error}");
    }
}
