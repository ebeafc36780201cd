//! The files on disk: generated once, reused while they are what their manifests say.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::access_log::AccessLog;
use crate::collisions::{self, Collisions};
use crate::text::{Text, Written, write_blocks};

const SEED: u64 = 20_260_101;
const DISTINCT_WORDS: usize = 200_000;
/// The log begins in 2024 and has a thousand requests in a second.
const LOG_START: i64 = 1_709_287_200_000;

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words by Zipf's law: see [`Text`].
    Words,
    /// The same with one word that is half of the text.
    HotWord,
    /// Lines of JSON: see [`AccessLog`].
    AccessLog,
    /// Rows of CSV: see [`Collisions`].
    Collisions,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::HotWord => "hot-word",
            Self::AccessLog => "access-log",
            Self::Collisions => "collisions",
        }
    }

    /// What the text follows from. It is changed whenever the generator is.
    fn recipe(self) -> String {
        match self {
            Self::Words => format!("text v1 words={DISTINCT_WORDS}"),
            Self::HotWord => format!("hot text v1 words={DISTINCT_WORDS}"),
            Self::AccessLog => format!("access log v1 start={LOG_START}"),
            Self::Collisions => "collisions v1".to_owned(),
        }
    }

    fn write(self, size: u64, out: &mut File) -> io::Result<Written> {
        match self {
            Self::Words => Text::new(DISTINCT_WORDS, SEED).write(size, out),
            Self::HotWord => Text::with_hot_word(DISTINCT_WORDS, SEED).write(size, out),
            Self::AccessLog => write_log(size, out),
            Self::Collisions => write_collisions(size, out),
        }
    }
}

fn write_log(size: u64, out: &mut File) -> io::Result<Written> {
    let (log, mut requests) = (AccessLog::new(SEED), 0);
    write_blocks(size, out, |block| {
        log.line(requests, LOG_START + requests as i64, block);
        block.push(b'\n');
        requests += 1;
    })
}

fn write_collisions(size: u64, out: &mut File) -> io::Result<Written> {
    let (mut rows, mut is_first) = (Collisions::new(SEED), true);
    write_blocks(size, out, |block| {
        if std::mem::take(&mut is_first) {
            block.extend_from_slice(collisions::HEADER.as_bytes());
            block.push(b'\n');
        }
        rows.row(block);
    })
}

/// One generated file of a data folder, with its manifest beside it.
#[derive(Clone, Debug)]
pub struct Dataset {
    kind: Kind,
    megabytes: u64,
    path: PathBuf,
}

impl Dataset {
    /// The file of so many megabytes (of 10⁶ bytes) in `folder`.
    pub fn new(folder: &Path, kind: Kind, megabytes: u64) -> Self {
        Self { kind, megabytes, path: folder.join(format!("{}-{megabytes}mb.txt", kind.name())) }
    }

    /// Where the file is, once generated.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Generates the file, unless it is there and whole. Says whether it had to.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written.
    pub fn prepare(&self) -> io::Result<bool> {
        if self.is_whole() {
            return Ok(false);
        }
        self.generate()?;
        Ok(true)
    }

    /// Whether the file has the size that its manifest promises, and the manifest is of this generator.
    pub fn is_whole(&self) -> bool {
        let manifest = fs::read_to_string(self.manifest()).unwrap_or_default();
        let size = fs::metadata(&self.path).map_or(0, |file| file.len());
        manifest.starts_with(&self.promise(size))
    }

    fn generate(&self) -> io::Result<()> {
        fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        let partial = self.path.with_extension("partial");
        let written = self.kind.write(self.megabytes * 1_000_000, &mut File::create(&partial)?)?;
        fs::rename(partial, &self.path)?;
        fs::write(self.manifest(), self.describe(written))
    }

    fn describe(&self, written: Written) -> String {
        format!("{} checksum={:016x}\n", self.promise(written.bytes), written.checksum)
    }

    fn promise(&self, bytes: u64) -> String {
        format!("{} megabytes={} seed={SEED} bytes={bytes}", self.kind.recipe(), self.megabytes)
    }

    fn manifest(&self) -> PathBuf {
        self.path.with_extension("manifest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 4] = [Kind::Words, Kind::HotWord, Kind::AccessLog, Kind::Collisions];

    #[test]
    fn is_generated_once_and_again_when_damaged() {
        let folder = tempfile::tempdir().unwrap();
        for kind in KINDS {
            let data = Dataset::new(folder.path(), kind, 1);
            assert!(data.prepare().unwrap());
            assert!(!data.prepare().unwrap());
            let size = fs::metadata(data.path()).unwrap().len();
            assert!((1_000_000..1_001_000).contains(&size), "{kind:?}: {size}");
            File::options().write(true).open(data.path()).unwrap().set_len(size - 1).unwrap();
            assert!(data.prepare().unwrap());
            assert_eq!(fs::metadata(data.path()).unwrap().len(), size);
        }
    }

    #[test]
    fn half_of_the_words_are_the_hot_one() {
        let folder = tempfile::tempdir().unwrap();
        let data = Dataset::new(folder.path(), Kind::HotWord, 1);
        data.prepare().unwrap();
        let text = fs::read_to_string(data.path()).unwrap();
        let mut counts = std::collections::HashMap::<_, f64>::new();
        crate::words::words(&text).for_each(|word| *counts.entry(word).or_default() += 1.0);
        let (most, all) = (counts.values().copied().fold(0.0, f64::max), counts.values().sum::<f64>());
        assert!((0.5..0.6).contains(&(most / all)), "{most} of {all}");
    }
}
