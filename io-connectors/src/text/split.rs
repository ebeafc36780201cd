//! The parts in which files are read.

use super::compression::Codec;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

/// A file, or a range of its bytes, that one worker reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    pub(super) origin: Origin,
    pub(super) part: Part,
}

/// Where bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Origin {
    Stdin,
    /// A path, in a type that can be sent whatever its bytes are.
    File(OsString),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// The lines of a plain file whose first byte is in a range.
    Range(Range),
    /// All of a file of `size` bytes on disk.
    Whole { codec: Codec, size: u64 },
    /// All of what a pipe or a device gives, which may take any time.
    Pipe { codec: Codec },
}

/// A range of bytes of a plain file.
///
/// Whoever reads it reads the lines whose first byte is in it. Where `start` is not 0 the line around it belongs to
/// whoever reads the bytes before, unless it begins exactly there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Range {
    pub(super) start: u64,
    pub(super) end: u64,
    /// The length of the file when the pipeline started: bytes added later are not read.
    pub(super) length: u64,
}

impl Range {
    /// Cuts off about `fraction` of what lies behind `position`, unless that is less than `min` bytes.
    pub(super) fn cut(&mut self, position: u64, fraction: f64, min: u64) -> Option<Self> {
        let rest = self.end.saturating_sub(position);
        if rest < min.max(2) {
            return None;
        }
        let given = ((rest as f64 * fraction) as u64).clamp(1, rest - 1);
        let start = self.end - given;
        Some(Self { start, end: std::mem::replace(&mut self.end, start), ..*self })
    }
}

/// How large the splits of plain files are, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct SplitSize {
    pub(super) min: u64,
    pub(super) max: u64,
}

impl Default for SplitSize {
    fn default() -> Self {
        Self { min: 1 << 20, max: 64 << 20 }
    }
}

impl SplitSize {
    /// Splits for each worker: enough that the slowest of them does not decide when the pipeline ends.
    const PER_WORKER: u64 = 4;

    /// The size for files of `total` bytes together.
    pub(super) fn target(self, total: u64, workers: usize) -> u64 {
        let even = total.div_ceil(Self::PER_WORKER * workers.max(1) as u64);
        even.min(self.max).max(self.min).max(1)
    }
}

/// Divides a file into ranges of equal length, about `target` bytes each.
pub(super) fn divide(length: u64, target: u64) -> impl Iterator<Item = Range> {
    let parts = length.div_ceil(target);
    // A product would overflow for long files in many parts.
    let at = move |i: u64| length / parts * i + (length % parts).min(i);
    (0..parts).map(move |i| Range { start: at(i), end: at(i + 1), length })
}

impl Origin {
    pub(super) fn file(path: impl Into<OsString>) -> Self {
        Self::File(path.into())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => Path::new(path).display().fmt(f),
        }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Range(range) => write!(f, "{}, bytes {}..{}", self.origin, range.start, range.end),
            Part::Whole { .. } | Part::Pipe { .. } => self.origin.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_split_says_where_it_is() {
        let part = Part::Range(Range { start: 5, end: 9, length: 20 });
        assert_eq!(Split { origin: Origin::file("in/a.txt"), part }.to_string(), "in/a.txt, bytes 5..9");
        let part = Part::Pipe { codec: Codec::Plain };
        assert_eq!(Split { origin: Origin::Stdin, part }.to_string(), "standard input");
    }

    #[test]
    fn the_target_is_four_splits_a_worker_within_limits() {
        let size = SplitSize::default();
        assert_eq!(size.target(80 << 20, 2), 10 << 20);
        assert_eq!(size.target(1000, 2), 1 << 20);
        assert_eq!(size.target(1 << 40, 2), 64 << 20);
        assert_eq!(size.target(0, 0), 1 << 20);
    }

    #[test]
    fn nothing_is_cut_off_when_little_is_left() {
        let mut range = Range { start: 0, end: 100, length: 100 };
        assert_eq!(range.cut(60, 0.5, 41), None);
        assert_eq!(range.cut(60, 0.5, 40), Some(Range { start: 80, end: 100, length: 100 }));
        assert_eq!(range.end, 80);
        assert_eq!(range.cut(79, 0.5, 0), None);
        assert_eq!(range.cut(200, 0.5, 0), None);
    }

    proptest! {
        #[test]
        fn ranges_are_even_and_cover_the_file(length in 0u64..u64::MAX, parts in 1u64..50) {
            let ranges: Vec<_> = divide(length, length.div_ceil(parts).max(1)).collect();
            prop_assert!(ranges.len() as u64 <= parts);
            prop_assert_eq!(ranges.first().map_or(0, |r| r.start), 0);
            prop_assert_eq!(ranges.last().map_or(0, |r| r.end), length);
            prop_assert!(ranges.windows(2).all(|w| w[0].end == w[1].start));
            let lengths = ranges.iter().map(|r| r.end - r.start);
            prop_assert!(lengths.clone().max().unwrap_or(0) - lengths.min().unwrap_or(0) <= 1);
        }

        #[test]
        fn what_is_cut_off_and_what_remains_are_the_whole(position in 0u64..100, fraction in -1.0..2.0f64) {
            let mut range = Range { start: 0, end: 90, length: 100 };
            if let Some(cut) = range.cut(position, fraction, 0) {
                prop_assert!(position < range.end && range.end == cut.start && cut.start < 90);
                prop_assert_eq!((range.start, cut.end), (0, 90));
            }
        }
    }
}
