//! Word counts by hand: from a text file to a file of lines `word: count`.

pub mod chunks;
pub mod handwritten;
pub mod naive;
pub mod packed;
pub mod table;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A table of words and how often they came.
pub trait Counts: Default + Send {
    /// Counts a word so many times more.
    fn add(&mut self, word: &[u8], many: u64);

    /// Calls `each` with every word and its count, in no order.
    ///
    /// # Errors
    ///
    /// The first that `each` returns.
    fn for_each(&self, each: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()>;

    /// Writes a line `word: count` for every word.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    fn write(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        self.for_each(|word, count| {
            out.write_all(word)?;
            writeln!(out, ": {count}")
        })?;
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use beamline_bench_data::dataset::{Dataset, Kind};

    fn lines(run: impl Fn(&Path, &Path) -> io::Result<()>, input: &Path) -> Vec<String> {
        let output = input.with_extension("counts");
        run(input, &output).unwrap();
        let mut lines: Vec<String> = fs::read_to_string(output).unwrap().lines().map(String::from).collect();
        lines.sort_unstable();
        lines
    }

    fn agree(input: &Path) -> Vec<String> {
        let expected = lines(naive::run, input);
        assert_eq!(lines(handwritten::run::<table::WordTable>, input), expected);
        assert_eq!(lines(handwritten::run::<packed::PackedTable>, input), expected);
        assert_eq!(lines(handwritten::run_on_two_threads::<table::WordTable>, input), expected);
        assert_eq!(lines(handwritten::run_on_two_threads::<packed::PackedTable>, input), expected);
        expected
    }

    #[test]
    fn all_count_alike() {
        let folder = tempfile::tempdir().unwrap();
        let data = Dataset::new(folder.path(), Kind::Words, 3);
        data.prepare().unwrap();
        assert!(agree(data.path()).len() > 50_000);
    }

    #[test]
    fn all_count_alike_where_little_is_to_count() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("text");
        for text in ["", "\n", "é", "a b\na", "ab cd\nlonger-than-any-packed-word: ааааааааааааааааааа"]
        {
            fs::write(&input, text).unwrap();
            agree(&input);
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("text");
        fs::write(&input, b"a \xff b").unwrap();
        let error = handwritten::run::<table::WordTable>(&input, &folder.path().join("counts")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
