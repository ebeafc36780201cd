//! The text on disk: generated once, reused while it is what the manifest says.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::text::{Text, Written};

const SEED: u64 = 20_260_101;
const DISTINCT_WORDS: usize = 200_000;

/// One generated text file of a data folder, with its manifest beside it.
#[derive(Clone, Debug)]
pub struct Dataset {
    megabytes: u64,
    path: PathBuf,
}

impl Dataset {
    /// The text of so many megabytes (of 10⁶ bytes) in `folder`.
    pub fn new(folder: &Path, megabytes: u64) -> Self {
        Self { megabytes, path: folder.join(format!("words-{megabytes}mb.txt")) }
    }

    /// Where the text is, once generated.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Generates the text, unless it is there and whole. Says whether it had to.
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
        let written =
            Text::new(DISTINCT_WORDS, SEED).write(self.megabytes * 1_000_000, &mut File::create(&partial)?)?;
        fs::rename(partial, &self.path)?;
        fs::write(self.manifest(), self.describe(written))
    }

    fn describe(&self, written: Written) -> String {
        format!("{} checksum={:016x}\n", self.promise(written.bytes), written.checksum)
    }

    fn promise(&self, bytes: u64) -> String {
        format!("text v1 megabytes={} words={DISTINCT_WORDS} seed={SEED} bytes={bytes}", self.megabytes)
    }

    fn manifest(&self) -> PathBuf {
        self.path.with_extension("manifest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_generated_once_and_again_when_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let data = Dataset::new(folder.path(), 1);
        assert!(data.prepare().unwrap());
        assert!(!data.prepare().unwrap());
        let size = fs::metadata(data.path()).unwrap().len();
        File::options().write(true).open(data.path()).unwrap().set_len(size - 1).unwrap();
        assert!(data.prepare().unwrap());
        assert_eq!(fs::metadata(data.path()).unwrap().len(), size);
    }
}
