//! Lines that are on their way.

use memchr::{memchr_iter, memrchr};
use std::collections::VecDeque;
use std::fmt::{self, Display, Write as _};

/// Whole lines, some of which the system has taken.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// Where elements end, which may have several lines each.
    ends: VecDeque<usize>,
    /// How many bytes have been taken.
    taken: usize,
    /// How many lines have been taken before.
    before: u64,
}

impl Lines {
    /// Adds an element as a line. One that cannot be printed leaves nothing.
    pub(super) fn add(&mut self, line: &impl Display) -> fmt::Result {
        let length = self.text.len();
        let written = writeln!(self.text, "{line}");
        match written {
            Ok(()) => self.ends.push_back(self.text.len()),
            Err(_) => self.text.truncate(length),
        }
        written
    }

    /// How many bytes there are to send.
    pub(super) fn len(&self) -> usize {
        self.text.len() - self.taken
    }

    /// What is to be sent next.
    pub(super) fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.taken..]
    }

    /// So many bytes more have been taken.
    pub(super) fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        if self.taken == self.text.len() {
            self.before += self.whole_lines();
            self.text.clear();
            self.ends.clear();
            self.taken = 0;
        }
    }

    /// The connection is lost: the line that has been taken in part is sent again, as a whole.
    pub(super) fn begin_again(&mut self) {
        self.before += self.whole_lines();
        let start = memrchr(b'\n', &self.text.as_bytes()[..self.taken]).map_or(0, |end| end + 1);
        self.text.drain(..start);
        self.forget_taken();
        self.ends.iter_mut().for_each(|end| *end -= start);
        self.taken = 0;
    }

    /// Forgets the elements that have been taken as a whole.
    fn forget_taken(&mut self) {
        while self.ends.pop_front_if(|end| *end <= self.taken).is_some() {}
    }

    /// Forgets everything, and says how many elements have not been taken as a whole.
    pub(super) fn give_back(&mut self) -> usize {
        self.before += self.whole_lines();
        self.forget_taken();
        self.text.clear();
        self.taken = 0;
        std::mem::take(&mut self.ends).len()
    }

    /// How many lines have been taken as a whole.
    pub(super) fn taken_lines(&self) -> u64 {
        self.before + self.whole_lines()
    }

    fn whole_lines(&self) -> u64 {
        memchr_iter(b'\n', &self.text.as_bytes()[..self.taken]).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Lines {
        let mut lines = Lines::default();
        texts.iter().for_each(|text| lines.add(text).unwrap());
        lines
    }

    #[test]
    fn a_line_that_was_cut_is_sent_again() {
        let mut lines = lines(&["one", "two", "three"]);
        lines.take(6);
        assert_eq!((lines.rest(), lines.taken_lines()), (b"o\nthree\n".as_slice(), 1));
        lines.begin_again();
        assert_eq!((lines.rest(), lines.len(), lines.taken_lines()), (b"two\nthree\n".as_slice(), 10, 1));
        lines.take(4);
        lines.begin_again();
        assert_eq!((lines.rest(), lines.taken_lines()), (b"three\n".as_slice(), 2));
        lines.take(6);
        assert_eq!((lines.len(), lines.taken_lines()), (0, 3));
    }

    #[test]
    fn elements_that_have_not_been_taken_are_given_back_as_a_whole() {
        let mut lines = lines(&["one", "two\nlines", "three", "four"]);
        lines.take(4);
        assert_eq!(lines.give_back(), 3);
        assert_eq!((lines.len(), lines.give_back(), lines.taken_lines()), (0, 0, 1));
        ["two\nlines", "three", "four"].iter().for_each(|text| lines.add(text).unwrap());
        lines.take(4);
        lines.begin_again();
        assert_eq!(lines.rest(), b"lines\nthree\nfour\n", "of an element of several lines the first was taken");
        lines.take(8);
        assert_eq!((lines.give_back(), lines.taken_lines()), (2, 3), "it ends with the last line that was taken");
    }

    #[test]
    fn a_line_that_cannot_be_printed_leaves_nothing() {
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                Err(fmt::Error)
            }
        }
        let mut lines = lines(&["one"]);
        assert!(lines.add(&Broken).is_err());
        assert_eq!(lines.rest(), b"one\n");
    }
}
