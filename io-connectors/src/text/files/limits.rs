//! How large a file may become.

use std::fmt::{self, Display, Write};

/// What makes a file complete before its pane is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    pub(super) rows: Option<u64>,
    /// Of text, before it is compressed.
    pub(super) bytes: Option<u64>,
}

impl Limits {
    pub(super) fn are_reached(self, rows: u64, bytes: u64) -> bool {
        self.rows.is_some_and(|most| rows >= most) || self.bytes.is_some_and(|most| bytes >= most)
    }

    pub(super) fn is_any(self) -> bool {
        self.rows.is_some() || self.bytes.is_some()
    }
}

/// How many bytes a line has, with its end. A `Display` that fails does so again when the line is written.
pub(super) fn text_length(line: &impl Display) -> u64 {
    let mut length = Length(1);
    let _ = write!(length, "{line}");
    length.0
}

struct Length(u64);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_long_as_it_will_be() {
        assert_eq!(text_length(&"aü"), 4);
        assert_eq!(text_length(&-120), 5);
    }

    #[test]
    fn either_limit_counts() {
        let limits = Limits { rows: Some(3), bytes: Some(10) };
        assert!(!limits.are_reached(2, 9) && limits.are_reached(3, 0) && limits.are_reached(0, 10));
        assert!(!Limits::default().are_reached(u64::MAX, u64::MAX));
    }
}
