//! Who runs against whom. **This is the place to add a contestant**: a name and a command line.

use std::path::{Path, PathBuf};

use beamline_bench_data::dataset::Dataset;

/// How much there is to do, and where.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The folder of the data and the results.
    pub folder: PathBuf,
    /// The size of the text, in 10⁶ bytes.
    pub megabytes: u64,
    /// How many pairs or numbers a stream has.
    pub elements: u64,
    /// How many distinct keys the pairs have.
    pub keys: u64,
}

impl Workload {
    /// The text to count.
    pub fn text(&self) -> Dataset {
        Dataset::new(&self.folder, self.megabytes)
    }

    /// The folder that a contestant may fill, empty when it starts.
    pub fn output(&self) -> PathBuf {
        self.folder.join("output")
    }
}

/// One task and all who do it. The first contestant is the reference.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// How the suite is called on the command line.
    pub name: &'static str,
    /// What is done, in a line.
    pub about: &'static str,
    /// How the results of contestants are compared.
    pub result: Outcome,
    /// What throughput is counted in.
    pub unit: Unit,
    /// The contestants.
    pub contestants: fn(&Workload) -> Vec<Contestant>,
}

/// Where a contestant leaves its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Lines, in any order, in any number of files of [`Workload::output`]. The text must be there before.
    Lines,
    /// A line `checksum: …` on the standard output.
    Checksum,
}

/// What throughput is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Megabytes of text.
    Megabytes,
    /// Millions of elements.
    Elements,
}

/// A name and a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contestant {
    /// The name in the table.
    pub name: &'static str,
    /// What is run.
    pub program: Program,
    /// With what.
    pub arguments: Vec<String>,
}

/// A program of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// This program: the arguments name one of its hidden `contestant` commands.
    Own,
    /// An example, built with the same profile beforehand.
    Example(&'static str),
}

/// Every suite, in the order of `all`.
pub const SUITES: &[Suite] = &[
    Suite {
        name: "wordcount",
        about: "count the words of a text file into another file",
        result: Outcome::Lines,
        unit: Unit::Megabytes,
        contestants: wordcount,
    },
    Suite {
        name: "lines",
        about: "read the lines of a text file as strings",
        result: Outcome::Checksum,
        unit: Unit::Megabytes,
        contestants: lines,
    },
    Suite {
        name: "sums",
        about: "sum (u64, u64) pairs by key, uniform keys",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: |workload| sums(workload, &[]),
    },
    Suite {
        name: "sums-zipf",
        about: "sum (u64, u64) pairs by key, keys by Zipf's law",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: |workload| sums(workload, &["--zipf"]),
    },
    Suite {
        name: "windows",
        about: "count events out of order by key, in windows of ten seconds or without (20,000,000 events of 100,000 keys)",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: windows,
    },
    Suite {
        name: "sliding",
        about: "count events by key in windows of sixty periods (20,000,000 events)",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: sliding,
    },
    Suite {
        name: "sessions",
        about: "clicks and durations of the sessions of a million users (20,000,000 clicks out of order)",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: sessions,
    },
    Suite {
        name: "maps",
        about: "twenty maps over u64 that the compiler cannot look into",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: |workload| maps(workload, &[]),
    },
    Suite {
        name: "maps-plain",
        about: "twenty maps over u64 that the compiler can fuse and vectorise",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: |workload| maps(workload, &["--plain"]),
    },
    Suite {
        name: "nothing",
        about: "start and end a pipeline without elements",
        result: Outcome::Checksum,
        unit: Unit::Elements,
        contestants: nothing,
    },
];

fn nothing(_workload: &Workload) -> Vec<Contestant> {
    vec![own("beamline", "nothing-beamline", &[], &[])]
}

fn wordcount(workload: &Workload) -> Vec<Contestant> {
    let files = ["--input", &utf8(workload.text().path()), "--output", &utf8(&workload.output().join("counts"))];
    vec![
        own("handwritten", "wordcount-handwritten", &files, &[]),
        own("packed", "wordcount-packed", &files, &[]),
        own("two-threads", "wordcount-two-threads", &files, &[]),
        own("packed-two-threads", "wordcount-packed-two-threads", &files, &[]),
        own("naive", "wordcount-naive", &files, &[]),
        example("beamline", "wordcount", &files, &["--parallelism", "2"]),
        example("beamline-1", "wordcount", &files, &["--parallelism", "1"]),
    ]
}

fn lines(workload: &Workload) -> Vec<Contestant> {
    let input = ["--input", &utf8(workload.text().path())];
    vec![
        own("handwritten", "lines-handwritten", &input, &[]),
        own("beamline", "lines-beamline", &input, &[]),
        own("beamline-1", "lines-beamline", &input, &["--threads", "1"]),
    ]
}

fn sums(workload: &Workload, more: &[&str]) -> Vec<Contestant> {
    let stream = ["--elements", &workload.elements.to_string(), "--keys", &workload.keys.to_string()];
    vec![
        own("handwritten", "sums-handwritten", &stream, more),
        own("two-threads", "sums-two-threads", &stream, more),
        own("grouped", "sums-grouped", &stream, more),
        own("naive", "sums-naive", &stream, more),
        own("beamline", "sums-beamline", &stream, more),
        own("beamline-1", "sums-beamline", &stream, &[more, &["--threads", "1"]].concat()),
        own("beamline-grouped", "groups-beamline", &stream, more),
        own("beamline-grouped-64M", "groups-beamline", &stream, &[more, &["--memory", "64"]].concat()),
    ]
}

fn windows(_workload: &Workload) -> Vec<Contestant> {
    let stream = ["--elements", "20000000", "--keys", "100000"];
    vec![
        own("handwritten", "windows-handwritten", &stream, &[]),
        own("handwritten-plain", "count-handwritten", &stream, &[]),
        own("beamline-plain", "count-beamline", &stream, &[]),
        own("beamline", "windows-beamline", &stream, &[]),
        own("beamline-live", "windows-beamline-live", &stream, &[]),
        own("beamline-live-1", "windows-beamline-live", &stream, &["--threads", "1"]),
    ]
}

fn sliding(_workload: &Workload) -> Vec<Contestant> {
    let stream = ["--elements", "20000000", "--keys", "100000"];
    vec![
        own("beamline-live", "sliding-beamline-live", &stream, &[]),
        own("beamline-live-1", "sliding-beamline-live", &stream, &["--threads", "1"]),
        own("beamline", "sliding-beamline", &stream, &[]),
    ]
}

fn sessions(_workload: &Workload) -> Vec<Contestant> {
    let clicks = ["--elements", "20000000", "--keys", "1000000"];
    vec![
        own("handwritten", "sessions-handwritten", &clicks, &[]),
        own("beamline-live", "sessions-beamline-live", &clicks, &[]),
        own("beamline-live-1", "sessions-beamline-live", &clicks, &["--threads", "1"]),
    ]
}

fn maps(workload: &Workload, more: &[&str]) -> Vec<Contestant> {
    let numbers = ["--elements", &workload.elements.to_string()];
    vec![
        own("fused", "maps-fused", &numbers, more),
        own("in-batches", "maps-in-batches", &numbers, more),
        own("beamline", "maps-beamline", &numbers, more),
        own("beamline-1", "maps-beamline", &numbers, &[more, &["--threads", "1"]].concat()),
    ]
}

fn own(name: &'static str, command: &str, arguments: &[&str], more: &[&str]) -> Contestant {
    let arguments = ["contestant", command].iter().chain(arguments).chain(more).map(ToString::to_string).collect();
    Contestant { name, program: Program::Own, arguments }
}

fn example(name: &'static str, program: &'static str, arguments: &[&str], more: &[&str]) -> Contestant {
    let arguments = arguments.iter().chain(more).map(ToString::to_string).collect();
    Contestant { name, program: Program::Example(program), arguments }
}

fn utf8(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let workload = Workload { folder: PathBuf::from("data"), megabytes: 1, elements: 1, keys: 1 };
        assert_eq!(SUITES.iter().map(|suite| suite.name).collect::<HashSet<_>>().len(), SUITES.len());
        for suite in SUITES {
            let contestants = (suite.contestants)(&workload);
            let names: HashSet<_> = contestants.iter().map(|contestant| contestant.name).collect();
            assert_eq!(names.len(), contestants.len(), "{}", suite.name);
        }
    }
}
