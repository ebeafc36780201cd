//! Lines become elements: as strings, or as bytes with their place.

use super::error::ReadError;
use super::read::Read;
use beamline_sdk::kernel::{SourceFactory, read_with};
use beamline_sdk::{BoxError, Element, SourceBatch};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::str::{Utf8Error, from_utf8};
use std::sync::Arc;

/// What a line is read as: a `String`, one with the name of its file, or a [`RawLine`].
pub trait Line: Element + Decode {}
impl<T: Element + Decode> Line for T {}

/// A [`Line`] that is text: a `String`, or one with the name of its file.
pub trait Text: Line {}
impl Text for String {}
impl Text for (Arc<str>, String) {}

/// A line as its bytes, which need not be text, and the place where it begins.
///
/// Made for input that may be damaged: a step that decodes the bytes can send those that are wrong elsewhere and say
/// where they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RawLine {
    /// The file, or `standard input`.
    pub file: Arc<str>,
    /// Where the line begins, in bytes from the start of the file; after decompression if the file is compressed.
    pub offset: u64,
    /// The line without its end.
    pub bytes: Vec<u8>,
}

impl RawLine {
    /// What is wrong with a line that is not text.
    pub(super) fn invalid(&self, error: &Utf8Error) -> String {
        format!("{}: invalid UTF-8 at byte {}", self.file, self.offset + error.valid_up_to() as u64)
    }
}

/// What to do with bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidUtf8 {
    /// Fail, with the file and the offset of the first wrong byte.
    #[default]
    Fail,
    /// Replace them by `U+FFFD` (�).
    Lossy,
}

/// Whole lines in memory.
pub struct Block<'a> {
    pub(super) bytes: &'a [u8],
    /// For each line where it ends: after its newline, or at the end of a file that does not end with one.
    pub(super) ends: &'a [usize],
    /// The offset of the first byte in its file.
    pub(super) offset: u64,
    pub(super) place: &'a Place,
}

/// What all lines of a reader have in common.
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) decompressed: bool,
    pub(super) invalid: InvalidUtf8,
}

impl Block<'_> {
    /// Where each line starts and ends, without its newline and carriage return.
    #[inline]
    fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut next = 0;
        self.ends.iter().map(move |&end| {
            let start = std::mem::replace(&mut next, end);
            (start, end - newline_length(&self.bytes[start..end]))
        })
    }

    /// Gives every line as text to `each`, with where it starts in the block.
    #[inline]
    pub(super) fn texts(&self, mut each: impl FnMut(&str, usize) -> Result<(), ReadError>) -> Result<(), ReadError> {
        // One check of the whole block is much faster than one per line.
        match from_utf8(self.bytes) {
            Ok(text) => self.lines().try_for_each(|(start, end)| each(&text[start..end], start)),
            Err(error) if self.place.invalid == InvalidUtf8::Fail => Err(self.invalid(error.valid_up_to())),
            Err(_) => self.lines().try_for_each(|(start, end)| each(&lossy(&self.bytes[start..end]), start)),
        }
    }

    /// The error of a line that starts at `start` and is no record.
    #[cold]
    pub(super) fn unparsed(&self, line: &str, start: usize, cause: BoxError) -> ReadError {
        ReadError::Unparsed {
            path: self.place.file.to_string(),
            offset: self.offset + start as u64,
            decompressed: self.place.decompressed,
            line: line.to_owned(),
            cause,
        }
    }

    fn invalid(&self, at: usize) -> ReadError {
        ReadError::InvalidUtf8 {
            path: self.place.file.to_string(),
            offset: self.offset + at as u64,
            decompressed: self.place.decompressed,
        }
    }
}

#[inline]
fn newline_length(line: &[u8]) -> usize {
    match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

/// Turns bytes into elements. Not implementable elsewhere, as it cannot be named there.
pub trait Decode: Sized {
    /// Pushes every line of `block`.
    fn decode(block: &Block<'_>, out: &mut SourceBatch<'_, Self>) -> Result<(), ReadError>;

    /// What a runner reads such lines with: compiled here, once for each type of lines.
    fn factory(read: Read<Self>) -> Arc<dyn SourceFactory>;
}

/// Makes elements of blocks of lines, for one reader.
pub trait Decoder: 'static {
    /// What lines become.
    type Out: Element;

    /// Pushes what comes of every line of `block`.
    fn decode(&mut self, block: &Block<'_>, out: &mut SourceBatch<'_, Self::Out>) -> Result<(), ReadError>;
}

/// Lines as they are.
pub struct Lines<L>(PhantomData<fn() -> L>);

impl<L> Default for Lines<L> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<L: Line> Decoder for Lines<L> {
    type Out = L;

    #[inline]
    fn decode(&mut self, block: &Block<'_>, out: &mut SourceBatch<'_, L>) -> Result<(), ReadError> {
        L::decode(block, out)
    }
}

impl Decode for String {
    fn decode(block: &Block<'_>, out: &mut SourceBatch<'_, Self>) -> Result<(), ReadError> {
        block.texts(|line, _| {
            out.push(line.to_owned());
            Ok(())
        })
    }

    fn factory(read: Read<Self>) -> Arc<dyn SourceFactory> {
        read_with(read)
    }
}

impl Decode for (Arc<str>, String) {
    fn decode(block: &Block<'_>, out: &mut SourceBatch<'_, Self>) -> Result<(), ReadError> {
        block.texts(|line, _| {
            out.push((block.place.file.clone(), line.to_owned()));
            Ok(())
        })
    }

    fn factory(read: Read<Self>) -> Arc<dyn SourceFactory> {
        read_with(read)
    }
}

/// Text whatever the bytes are.
pub(super) fn lossy(line: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(line)
}

impl Decode for RawLine {
    fn decode(block: &Block<'_>, out: &mut SourceBatch<'_, Self>) -> Result<(), ReadError> {
        for (start, end) in block.lines() {
            out.push(Self {
                file: block.place.file.clone(),
                offset: block.offset + start as u64,
                bytes: block.bytes[start..end].to_vec(),
            });
        }
        Ok(())
    }

    fn factory(read: Read<Self>) -> Arc<dyn SourceFactory> {
        read_with(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<L: Line>(bytes: &[u8], ends: &[usize], invalid: InvalidUtf8) -> Result<Vec<L>, ReadError> {
        let place = Place { file: "f".into(), decompressed: false, invalid };
        let (mut values, mut times) = (Vec::new(), Vec::new());
        let block = Block { bytes, ends, offset: 100, place: &place };
        L::decode(&block, &mut SourceBatch::new(&mut values, &mut times, 1))?;
        Ok(values)
    }

    #[test]
    fn line_ends_are_dropped_and_other_carriage_returns_kept() {
        let lines = decode::<String>(b"a\r\n\r\r\n\nb\rc\r", &[3, 6, 7, 11], InvalidUtf8::Fail).unwrap();
        assert_eq!(lines, ["a", "\r", "", "b\rc\r"]);
    }

    #[test]
    fn the_error_counts_bytes_of_the_file() {
        let error = decode::<String>(b"ok\nab\xffc\n", &[3, 8], InvalidUtf8::Fail).unwrap_err();
        assert!(error.to_string().starts_with("f: invalid UTF-8 at byte 105;"), "{error}");
    }

    #[test]
    fn lossy_replaces_only_wrong_bytes() {
        let lines = decode::<String>("ä\na\u{0}b\n".as_bytes(), &[3, 7], InvalidUtf8::Lossy).unwrap();
        assert_eq!(lines, ["ä", "a\0b"]);
        let lines = decode::<String>(b"ok\r\nab\xc3\n\xa4", &[4, 8, 9], InvalidUtf8::Lossy).unwrap();
        assert_eq!(lines, ["ok", "ab\u{fffd}", "\u{fffd}"]);
    }

    #[test]
    fn raw_lines_know_where_they_begin() {
        let lines = decode::<RawLine>(b"a\r\n\xff\n", &[3, 5], InvalidUtf8::Fail).unwrap();
        let line = |offset, bytes: &[u8]| RawLine { file: "f".into(), offset, bytes: bytes.to_vec() };
        assert_eq!(lines, [line(100, b"a"), line(103, b"\xff")]);
    }
}
