//! Reads one split: bytes in, lines out.

use super::BLOCK;
use super::compression::Codec;
use super::decode::ByteCount;
use super::error::ReadError;
use super::line::{Block, Decoder, InvalidUtf8, Place};
use super::open::{Bell, failed, open};
use super::pause::Pause;
use super::pipe::leave_unread;
use super::split::{Part, Range, Split};
use super::window::Window;
use beamline_sdk::{BoxError, Next, Reader, SourceBatch};
use std::io::{self, Read};

/// Reads the lines of one [`Split`], and makes of them what `D` does.
pub struct LineReader<D> {
    split: Split,
    /// The bytes in which lines must begin; everything if the split cannot be divided.
    range: Range,
    manner: Manner,
    input: Box<dyn Read>,
    bell: Bell,
    count: ByteCount,
    window: Window,
    start: Start,
    place: Place,
    ends: Vec<usize>,
    pause: Pause,
    /// Whether a pipe had nothing more when it was asked last.
    has_all: bool,
    decoder: D,
}

/// What comes before the first line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The end of a line that began before the range.
    OtherLine,
    /// Perhaps a byte order mark.
    Mark,
    /// A line that is no data.
    Header,
    /// Nothing more.
    Line,
}

/// What came of an attempt to read more.
enum Fill {
    Some,
    NothingYet,
    End,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much is read at once to find the end of the last line, which lies behind the range.
const TAIL: usize = 16 * 1024;

/// Lines of so many bytes are gone through at once, at most: those that nothing is made of fill no batch, and others want to be
/// heard meanwhile.
const MOST: u64 = 1 << 20;

/// How lines are to be read.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) invalid: InvalidUtf8,
    /// How few bytes are worth a worker of their own.
    pub(super) min_split: u64,
    /// Whether the first line of a file is no data.
    pub(super) has_header: bool,
}

impl<D: Decoder> LineReader<D> {
    pub(super) fn open(split: Split, manner: Manner, decoder: D) -> Result<Self, ReadError> {
        let count = ByteCount::default();
        let bell = Bell::default();
        let input = open(&split, &count, &bell)?;
        let range = match split.part {
            Part::Range(range) => range,
            _ => Range { start: 0, end: u64::MAX, length: u64::MAX },
        };
        let place = Place {
            file: split.origin.to_string().into(),
            decompressed: codec(&split) != Codec::Plain,
            invalid: manner.invalid,
        };
        Ok(Self {
            range,
            manner,
            input,
            bell,
            count,
            window: Window::at(range.start.saturating_sub(1)),
            start: if range.start == 0 { Start::Mark } else { Start::OtherLine },
            place,
            ends: Vec::new(),
            pause: Pause::of_pipe(),
            has_all: false,
            decoder,
            split,
        })
    }

    /// One step on; says what to answer when there is nothing more to do now.
    fn advance(&mut self, out: &mut SourceBatch<'_, D::Out>) -> Result<Option<Next>, ReadError> {
        if self.find_start() && self.push_lines(out)? {
            return Ok(None);
        }
        if self.is_past_end() {
            return Ok(Some(Next::Done));
        }
        let fill = self.fill()?;
        self.has_all = matches!(fill, Fill::NothingYet);
        match fill {
            Fill::Some => Ok(None),
            // What has come should not wait for more.
            Fill::NothingYet if !out.is_empty() => Ok(Some(Next::More)),
            Fill::NothingYet => Ok(Some(out.wake_after(self.pause.next()))),
            Fill::End => self.push_last_line(out).map(|()| Some(Next::Done)),
        }
    }

    /// Whether the window begins with a line, as it always does after the first.
    fn find_start(&mut self) -> bool {
        loop {
            self.start = match self.start {
                Start::Line => return true,
                Start::OtherLine | Start::Header if !self.window.skip_line() => return false,
                Start::OtherLine | Start::Header => Start::Line,
                Start::Mark if is_cut_mark(self.window.bytes()) => return false,
                Start::Mark => {
                    self.skip_mark();
                    if self.manner.has_header { Start::Header } else { Start::Line }
                }
            };
        }
    }

    /// The line after the mark counts as beginning where the mark does: in this range, however short that is.
    fn skip_mark(&mut self) {
        if !self.window.bytes().starts_with(BYTE_ORDER_MARK) {
            return;
        }
        let mark = BYTE_ORDER_MARK.len();
        self.window.consume(mark);
        self.range.end = self.range.end.max(mark as u64 + 1);
    }

    fn is_past_end(&self) -> bool {
        self.window.offset() >= self.range.end
    }

    /// Pushes the whole lines that are there; returns whether there were any.
    fn push_lines(&mut self, out: &mut SourceBatch<'_, D::Out>) -> Result<bool, ReadError> {
        self.window.find_lines(out.room(), self.range.end, &mut self.ends);
        let Some(&end) = self.ends.last() else { return Ok(false) };
        self.push_to(end, out)?;
        Ok(true)
    }

    /// Pushes what comes after the last newline of the file.
    fn push_last_line(&mut self, out: &mut SourceBatch<'_, D::Out>) -> Result<(), ReadError> {
        let is_header = self.start == Start::Mark && self.manner.has_header;
        let end = if is_header { 0 } else { self.window.bytes().len() };
        self.ends.clear();
        self.ends.extend((end > 0).then_some(end));
        self.push_to(end, out)
    }

    fn push_to(&mut self, end: usize, out: &mut SourceBatch<'_, D::Out>) -> Result<(), ReadError> {
        let bytes = &self.window.bytes()[..end];
        let block = Block { bytes, ends: &self.ends, offset: self.window.offset(), place: &self.place };
        self.decoder.decode(&block, out)?;
        self.window.consume(end);
        Ok(())
    }

    fn fill(&mut self) -> Result<Fill, ReadError> {
        let wanted = self.wanted();
        if wanted == 0 {
            return Ok(Fill::End);
        }
        loop {
            match self.input.read(self.window.room(wanted)) {
                Ok(0) => return self.end_of_input(),
                Ok(n) => {
                    self.window.grow(n);
                    self.pause.reset();
                    return Ok(Fill::Some);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Fill::NothingYet),
                Err(error) => return Err(failed(&self.split.origin, codec(&self.split), error)),
            }
        }
    }

    /// How many bytes to read next: those of the range, then as few as the end of its last line needs.
    fn wanted(&self) -> usize {
        let to = |end: u64| usize::try_from(end.saturating_sub(self.window.read_to())).unwrap_or(usize::MAX);
        let wanted = match to(self.range.end) {
            0 => self.window.bytes().len().max(TAIL),
            n => n,
        };
        wanted.min(BLOCK).min(to(self.range.length))
    }

    fn end_of_input(&self) -> Result<Fill, ReadError> {
        match self.split.part {
            Part::Range(_) => Err(ReadError::Shrunk {
                path: self.split.origin.to_string(),
                expected: self.range.length,
                found: self.window.read_to(),
            }),
            Part::Whole { .. } | Part::Pipe { .. } => Ok(Fill::End),
        }
    }
}

/// Of a file nothing is lost that is not read. What came out of a pipe is nowhere else.
impl<D> Drop for LineReader<D> {
    fn drop(&mut self) {
        if matches!(self.split.part, Part::Pipe { .. }) {
            leave_unread(self.window.bytes().len());
        }
    }
}

impl<D: Decoder> Reader for LineReader<D> {
    type Out = D::Out;
    type Split = Split;

    fn poll(&mut self, out: &mut SourceBatch<'_, D::Out>) -> Result<Next, BoxError> {
        // What has come before that is found by reading.
        self.bell.get_or_init(|| out.waker());
        let until = self.window.offset().saturating_add(MOST);
        while !out.is_full() && self.window.offset() < until {
            if let Some(next) = self.advance(out)? {
                return Ok(next);
            }
        }
        Ok(if self.is_past_end() { Next::Done } else { Next::More })
    }

    fn bytes_read(&self) -> u64 {
        match self.split.part {
            Part::Range(_) => self.window.offset().min(self.range.end).saturating_sub(self.range.start),
            Part::Whole { size, .. } => self.count.get().min(size),
            Part::Pipe { .. } => self.count.get(),
        }
    }

    fn is_caught_up(&self) -> bool {
        self.has_all
    }

    fn try_split(&mut self, fraction: f64) -> Option<Split> {
        let Part::Range(_) = self.split.part else { return None };
        let position = self.window.offset().max(self.range.start);
        let range = self.range.cut(position, fraction, self.manner.min_split)?;
        Some(Split { origin: self.split.origin.clone(), part: Part::Range(range) })
    }
}

fn codec(split: &Split) -> Codec {
    match split.part {
        Part::Range(_) => Codec::Plain,
        Part::Whole { codec, .. } | Part::Pipe { codec } => codec,
    }
}

/// Whether these bytes may become a byte order mark when more of them have come.
fn is_cut_mark(bytes: &[u8]) -> bool {
    bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes)
}
