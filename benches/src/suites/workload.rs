//! How much there is to do, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use beamline_bench_data::dataset::{Dataset, Kind};

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A file of so many megabytes (of 10⁶ bytes).
    File {
        /// What is in it.
        kind: Kind,
        /// How many.
        megabytes: u64,
    },
    /// A stream that is generated as it goes.
    Stream {
        /// How many elements.
        elements: u64,
        /// How many distinct keys they have, where they have keys.
        keys: u64,
    },
}

impl Size {
    /// So many megabytes of words by Zipf's law.
    pub const fn words(megabytes: u64) -> Self {
        Self::File { kind: Kind::Words, megabytes }
    }

    /// A stream of elements whose number of keys does not matter.
    pub const fn stream(elements: u64) -> Self {
        Self::Stream { elements, keys: 1 }
    }

    /// What throughput is counted in, and how many of it there are.
    pub fn amount(self) -> (&'static str, f64) {
        match self {
            Self::File { megabytes, .. } => ("MB", megabytes as f64),
            Self::Stream { elements, .. } if elements < 100_000 => ("elements", elements as f64),
            Self::Stream { elements, .. } => ("M elements", elements as f64 / 1e6),
        }
    }
}

/// How much there is to do, and where.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The folder of the data and the results.
    pub folder: PathBuf,
    /// How much there is to do.
    pub size: Size,
}

impl Workload {
    /// The file that contestants read, if they read one.
    pub fn input(&self) -> Option<Dataset> {
        match self.size {
            Size::File { kind, megabytes } => Some(Dataset::new(&self.folder, kind, megabytes)),
            Size::Stream { .. } => None,
        }
    }

    /// The folder that a contestant may fill, empty when it starts.
    pub fn output(&self) -> PathBuf {
        self.folder.join("output")
    }

    /// Takes away what the contestant before has left.
    ///
    /// # Errors
    ///
    /// When the folder cannot be removed or made.
    pub fn empty_output(&self) -> io::Result<()> {
        let output = self.output();
        if output.exists() {
            fs::remove_dir_all(&output)?;
        }
        fs::create_dir_all(output)
    }

    /// The arguments that name the file to read.
    pub(super) fn reading(&self) -> Vec<String> {
        self.input().map_or_else(Vec::new, |input| vec!["--input".to_owned(), utf8(input.path())])
    }

    /// The arguments that name the file to read and the file to write.
    pub(super) fn reading_and_writing(&self) -> Vec<String> {
        let output = self.output().join("counts");
        [self.reading(), vec!["--output".to_owned(), utf8(&output)]].concat()
    }

    /// The argument that says how many elements there are.
    pub(super) fn elements(&self) -> Vec<String> {
        match self.size {
            Size::File { .. } => Vec::new(),
            Size::Stream { elements, .. } => vec!["--elements".to_owned(), elements.to_string()],
        }
    }

    /// The arguments that say how many events of NEXMark there are, and the file that keeps them once they have been made.
    pub(super) fn stored(&self) -> Vec<String> {
        let Size::Stream { elements, .. } = self.size else { return Vec::new() };
        let file = self.folder.join(format!("nexmark-{elements}.events"));
        ["--events".to_owned(), elements.to_string(), "--store".to_owned(), utf8(&file)].into()
    }

    /// The arguments that say how many elements there are, and of how many keys.
    pub(super) fn keyed(&self) -> Vec<String> {
        match self.size {
            Size::File { .. } => Vec::new(),
            Size::Stream { keys, .. } => [self.elements(), vec!["--keys".to_owned(), keys.to_string()]].concat(),
        }
    }
}

fn utf8(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
