//! Lines that are on their way.

use memchr::{memchr_iter, memrchr};
use std::fmt::{self, Display, Write as _};

/// Whole lines, some of which the system has taken.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// How many bytes have been taken.
    taken: usize,
    /// How many lines have been taken before.
    before: u64,
}

impl Lines {
    /// Adds a line. One that cannot be printed leaves nothing.
    pub(super) fn add(&mut self, line: &impl Display) -> fmt::Result {
        let length = self.text.len();
        let written = writeln!(self.text, "{line}");
        if written.is_err() {
            self.text.truncate(length);
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
            self.taken = 0;
        }
    }

    /// The connection is lost: the line that has been taken in part is sent again, as a whole.
    pub(super) fn begin_again(&mut self) {
        self.before += self.whole_lines();
        let start = memrchr(b'\n', &self.text.as_bytes()[..self.taken]).map_or(0, |end| end + 1);
        self.text.drain(..start);
        self.taken = 0;
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
