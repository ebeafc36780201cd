//! What a contestant found out, as a short text that is the same for the same result.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::process::Run;
use crate::suites::{Outcome, Workload};
use beamline_bench_data::digest::Digest;

/// The result that a run has left.
pub(super) fn of(run: &Run, outcome: Outcome, workload: &Workload) -> io::Result<String> {
    match outcome {
        Outcome::Lines => of_lines(&workload.output()),
        Outcome::Checksum => of_stdout(&run.stdout),
    }
}

fn of_stdout(stdout: &str) -> io::Result<String> {
    let line = stdout.lines().rev().find_map(|line| line.strip_prefix("checksum: "));
    line.map(String::from).ok_or_else(|| io::Error::other("it printed no checksum"))
}

/// The number of lines and the sum of their checksums: neither their order nor the files they are in count.
fn of_lines(folder: &Path) -> io::Result<String> {
    let (mut lines, mut checksum) = (0_u64, 0_u64);
    for file in fs::read_dir(folder)? {
        for line in BufReader::new(File::open(file?.path())?).split(b'\n') {
            lines += 1;
            checksum = checksum.wrapping_add(Digest::of(&line?));
        }
    }
    Ok(format!("{lines} lines, checksum {checksum:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        of_lines(folder.path()).unwrap()
    }

    #[test]
    fn neither_order_nor_files_count() {
        let expected = outcome(&[("all", "a: 1\nb: 2\nc: 3\n")]);
        assert_eq!(outcome(&[("1", "c: 3\n"), ("2", "b: 2\na: 1\n"), ("3", "")]), expected);
    }

    #[test]
    fn every_line_counts() {
        let expected = outcome(&[("all", "a: 1\nb: 2\n")]);
        for text in ["a: 1\n", "a: 1\nb: 3\n", "a: 2\nb: 1\n", "a: 1\nb: 2\nb: 2\n", "a: 1\nb: 2\n\n"] {
            assert_ne!(outcome(&[("all", text)]), expected, "{text}");
        }
    }

    #[test]
    fn the_last_checksum_is_taken() {
        assert_eq!(of_stdout("hello\nchecksum: 12\nbye\n").unwrap(), "12");
        assert!(of_stdout("hello\n").is_err());
    }
}
