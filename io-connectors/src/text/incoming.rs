//! Bytes that come bit by bit become lines.

use super::error::ReadError;
use super::line::{Block, InvalidUtf8, Line, Place};
use super::window::Window;
use beamline_sdk::SourceBatch;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::sync::Arc;

/// What has come of one file or connection, as far as it has not become lines.
pub(crate) struct Incoming<L> {
    window: Window,
    start: Start,
    place: Place,
    ends: Vec<usize>,
    lines: PhantomData<fn() -> L>,
}

/// What comes before the first line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The end of a line that is not to be read.
    OtherLine,
    /// Perhaps a byte order mark.
    Mark,
    /// Nothing more.
    Line,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

#[cfg(feature = "net")]
impl<L> Incoming<L> {
    /// How many bytes have come that are not lines yet.
    pub(crate) fn rest_bytes(&self) -> usize {
        self.window.bytes().len()
    }
}

impl<L: Line> Incoming<L> {
    /// The lines from the first byte on.
    pub(crate) fn new(name: Arc<str>, invalid: InvalidUtf8) -> Self {
        let place = Place { file: name, decompressed: false, invalid };
        Self { window: Window::at(0), start: Start::Mark, place, ends: Vec::new(), lines: PhantomData }
    }

    /// The lines that begin at an offset or behind it. [`position`](Self::position) says where to read them from.
    pub(super) fn behind(offset: u64, name: Arc<str>, invalid: InvalidUtf8) -> Self {
        let incoming = Self::new(name, invalid);
        match offset {
            0 => incoming,
            // The byte before tells whether a line begins there.
            _ => Self { window: Window::at(offset - 1), start: Start::OtherLine, ..incoming },
        }
    }

    /// The offset up to which bytes have come.
    pub(super) fn position(&self) -> u64 {
        self.window.read_to()
    }

    /// Whether a line has begun and not ended.
    pub(crate) fn has_rest(&self) -> bool {
        self.start != Start::OtherLine && !self.window.bytes().is_empty()
    }

    /// Reads once, and says how many bytes have come.
    pub(crate) fn fill(&mut self, input: &mut impl Read) -> io::Result<usize> {
        loop {
            match input.read(self.window.room(BLOCK)) {
                Ok(count) => {
                    self.window.grow(count);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Pushes the complete lines that are there, and says whether there were any.
    pub(crate) fn push_lines(&mut self, out: &mut SourceBatch<'_, L>) -> Result<bool, ReadError> {
        if !self.has_begun() {
            return Ok(false);
        }
        self.window.find_lines(out.room(), u64::MAX, &mut self.ends);
        let Some(&end) = self.ends.last() else { return Ok(false) };
        self.push_to(end, out).map(|()| true)
    }

    /// Pushes the line that will not be completed.
    pub(crate) fn push_rest(&mut self, out: &mut SourceBatch<'_, L>) -> Result<(), ReadError> {
        if !self.has_rest() {
            return Ok(());
        }
        let end = self.window.bytes().len();
        self.ends.clear();
        self.ends.push(end);
        self.push_to(end, out)
    }

    fn push_to(&mut self, end: usize, out: &mut SourceBatch<'_, L>) -> Result<(), ReadError> {
        let bytes = &self.window.bytes()[..end];
        let block = Block { bytes, ends: &self.ends, offset: self.window.offset(), place: &self.place };
        L::decode(&block, out)?;
        self.window.consume(end);
        Ok(())
    }

    /// Whether the window begins with a line, as it always does after the first.
    fn has_begun(&mut self) -> bool {
        match self.start {
            Start::Line => return true,
            Start::OtherLine if !self.window.skip_line() => return false,
            Start::Mark if is_cut_mark(self.window.bytes()) => return false,
            Start::Mark if self.window.bytes().starts_with(BYTE_ORDER_MARK) => {
                self.window.consume(BYTE_ORDER_MARK.len());
            }
            Start::OtherLine | Start::Mark => {}
        }
        self.start = Start::Line;
        true
    }
}

/// Whether these bytes may become a byte order mark when more of them have come.
fn is_cut_mark(bytes: &[u8]) -> bool {
    bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of these bytes, and whether something is left.
    fn lines(mut incoming: Incoming<String>, pieces: &[&[u8]]) -> (Vec<String>, bool) {
        let (mut all, mut values, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            incoming.fill(&mut &**piece).unwrap();
            let mut out = SourceBatch::new(&mut values, &mut times, 100);
            while incoming.push_lines(&mut out).unwrap() {}
            all.append(&mut values);
        }
        let has_rest = incoming.has_rest();
        incoming.push_rest(&mut SourceBatch::new(&mut values, &mut times, 2)).unwrap();
        all.append(&mut values);
        (all, has_rest)
    }

    #[test]
    fn lines_are_put_together() {
        let whole = |pieces: &[&[u8]]| lines(Incoming::new("f".into(), InvalidUtf8::Fail), pieces);
        assert_eq!(whole(&[b"a\r", b"\nb", b"", b"b\n"]), (vec!["a".to_owned(), "bb".to_owned()], false));
        assert_eq!(whole(&[b"a\nrest"]), (vec!["a".to_owned(), "rest".to_owned()], true));
        assert_eq!(whole(&[b"\xef", b"\xbb\xbfa", b"\n"]), (vec!["a".to_owned()], false));
        assert_eq!(whole(&[]), (vec![], false));
    }

    #[test]
    fn lines_that_began_before_are_not_read() {
        let behind = |offset, bytes: &[u8]| lines(Incoming::behind(offset, "f".into(), InvalidUtf8::Fail), &[bytes]);
        assert_eq!(behind(3, b"\na\n"), (vec!["a".to_owned()], false));
        assert_eq!(behind(3, b"end of it\na\n"), (vec!["a".to_owned()], false));
        assert_eq!(behind(3, b"end of it"), (vec![], false));
        assert_eq!(behind(0, b"a\n").0, ["a"]);
    }
}
