//! A sliding view of a file: the bytes that have been read and are not yet lines.

use memchr::{memchr, memchr_iter};

/// The bytes of a file from an offset on, as far as they have been read.
pub(super) struct Window {
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// How many of the first bytes are known to hold no newline, so that a long line is searched once.
    searched: usize,
    offset: u64,
}

impl Window {
    /// An empty window at this offset of a file.
    pub(super) fn at(offset: u64) -> Self {
        Self { buffer: Vec::new(), start: 0, filled: 0, searched: 0, offset }
    }

    /// The bytes that are there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// The offset of the first byte in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The offset up to which the file has been read.
    pub(super) fn read_to(&self) -> u64 {
        self.offset + self.bytes().len() as u64
    }

    /// Forgets the first `n` bytes.
    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
        self.offset += n as u64;
        self.searched = self.searched.saturating_sub(n);
    }

    /// Room for `n` more bytes; [`grow`](Self::grow) says how many of them were read.
    pub(super) fn room(&mut self, n: usize) -> &mut [u8] {
        if self.buffer.len() - self.filled < n {
            self.move_to_front();
        }
        let needed = self.filled + n;
        if self.buffer.len() < needed {
            // Doubling keeps a line of any length linear.
            self.buffer.resize(needed.max(self.filled * 2), 0);
        }
        &mut self.buffer[self.filled..needed]
    }

    fn move_to_front(&mut self) {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
    }

    /// Adds the first `n` bytes of the [`room`](Self::room).
    pub(super) fn grow(&mut self, n: usize) {
        self.filled += n;
    }

    /// Puts into `ends` where lines end, counted from the first byte: at most `most` of them, and only of lines that
    /// begin before the offset `before`.
    pub(super) fn find_lines(&mut self, most: usize, before: u64, ends: &mut Vec<usize>) {
        ends.clear();
        if most == 0 || self.offset >= before {
            return;
        }
        let within = usize::try_from(before - self.offset).unwrap_or(usize::MAX);
        for newline in memchr_iter(b'\n', &self.bytes()[self.searched..]) {
            let end = self.searched + newline + 1;
            ends.push(end);
            if ends.len() == most || end >= within {
                break;
            }
        }
        if ends.is_empty() {
            self.searched = self.bytes().len();
        }
    }

    /// Forgets everything up to and with the first newline. Returns whether there was one; if not, all is forgotten.
    pub(super) fn skip_line(&mut self) -> bool {
        let newline = memchr(b'\n', self.bytes());
        self.consume(newline.map_or(self.bytes().len(), |n| n + 1));
        newline.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(offset: u64, bytes: &[u8]) -> Window {
        let mut window = Window::at(offset);
        add(&mut window, bytes);
        window
    }

    fn add(window: &mut Window, bytes: &[u8]) {
        window.room(bytes.len()).copy_from_slice(bytes);
        window.grow(bytes.len());
    }

    fn find(window: &mut Window, most: usize, before: u64) -> Vec<usize> {
        let mut ends = vec![7];
        window.find_lines(most, before, &mut ends);
        ends
    }

    #[test]
    fn lines_are_found_up_to_a_number_and_an_offset() {
        let mut w = window(10, b"a\nbb\n\nrest");
        assert_eq!(find(&mut w, 9, u64::MAX), [2, 5, 6]);
        assert_eq!(find(&mut w, 2, u64::MAX), [2, 5]);
        assert_eq!(find(&mut w, 9, 12), [2]);
        assert_eq!(find(&mut w, 9, 13), [2, 5]);
        assert!(find(&mut w, 9, 10).is_empty());
        assert!(find(&mut w, 0, u64::MAX).is_empty());
    }

    #[test]
    fn consuming_moves_the_offset_and_keeps_the_rest() {
        let mut w = window(10, b"a\nbb\n");
        w.consume(2);
        assert_eq!((w.offset(), w.read_to(), w.bytes()), (12, 15, &b"bb\n"[..]));
        add(&mut w, b"c");
        assert_eq!((w.offset(), w.read_to(), w.bytes()), (12, 16, &b"bb\nc"[..]));
        assert_eq!(find(&mut w, 9, u64::MAX), [3]);
    }

    #[test]
    fn a_line_in_pieces_is_found_when_it_is_complete() {
        let mut w = window(0, b"abc");
        assert!(find(&mut w, 9, u64::MAX).is_empty());
        assert_eq!(w.searched, 3);
        add(&mut w, b"d\ne\n");
        assert_eq!(find(&mut w, 9, u64::MAX), [5, 7]);
        w.consume(5);
        assert_eq!(w.searched, 0);
        assert_eq!(find(&mut w, 9, u64::MAX), [2]);
    }

    #[test]
    fn skipping_ends_after_the_first_newline() {
        let mut w = window(5, b"abc");
        assert!(!w.skip_line());
        assert_eq!((w.offset(), w.bytes()), (8, &b""[..]));
        add(&mut w, b"d\ne\n");
        assert!(w.skip_line());
        assert_eq!((w.offset(), w.bytes()), (10, &b"e\n"[..]));
    }

    #[test]
    fn a_used_window_does_not_grow() {
        let mut w = Window::at(0);
        for _ in 0..1000 {
            add(&mut w, b"some line\nand a part");
            w.consume(15);
            w.consume(5);
        }
        assert_eq!(w.buffer.len(), 20);
    }
}
