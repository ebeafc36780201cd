//! Files that are not visible yet.

use super::writeback::Writeback;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A hidden file beside the one it is to become. Dropped, it is deleted.
pub(super) struct TempFile {
    /// Only `None` when it was kept.
    path: Option<PathBuf>,
    file: File,
    writeback: Writeback,
}

/// How many bytes of the name that a file is to have are in its temporary one: this has more, and is not to be too long
/// where that is not.
const MOST_OF_NAME: usize = 100;

/// Makes names unique within a process.
static NUMBER: AtomicU64 = AtomicU64::new(0);

impl TempFile {
    /// Makes one in the folder of `target`, so that it can be renamed there, if the system takes that name.
    pub(super) fn beside(target: &Path) -> io::Result<Self> {
        check_name(target)?;
        loop {
            let path = temporary_name(target);
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { path: Some(path), file, writeback: Writeback::default() }),
                // Another machine or container may have used the same process number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps the file once all of it is on disk, and returns its path.
    pub(super) fn keep(mut self) -> io::Result<PathBuf> {
        self.file.sync_all()?;
        Ok(self.path.take().expect("a file is kept once"))
    }
}

impl io::Write for TempFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.writeback.wrote(&self.file, written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Nobody can be told, and the error that led here is the one to show.
            let _ = fs::remove_file(path);
        }
    }
}

/// The temporary name may be shorter, and renaming comes too late to learn that the name is too long.
fn check_name(target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => Err(error),
        _ => Ok(()),
    }
}

fn temporary_name(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beginning = &name[..name.floor_char_boundary(MOST_OF_NAME)];
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    target.with_file_name(format!(".{beginning}.tmp-{}-{number}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect()
    }

    #[test]
    fn a_dropped_file_is_gone_and_a_kept_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut temp = TempFile::beside(&folder.path().join("a.txt")).unwrap();
        temp.write_all(b"x").unwrap();
        let kept = TempFile::beside(&folder.path().join("a.txt")).unwrap().keep().unwrap();
        assert_eq!(files(folder.path()).len(), 2);
        drop(temp);
        assert_eq!(files(folder.path()), std::slice::from_ref(&kept));
        assert!(kept.file_name().unwrap().to_str().unwrap().starts_with(".a.txt.tmp-"));
    }

    #[test]
    fn of_a_long_name_there_is_the_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let kept = TempFile::beside(&folder.path().join("xü".repeat(85))).unwrap().keep().unwrap();
        let name = kept.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&format!(".{}x.tmp-", "xü".repeat(33))), "{name}");
        let too_long = TempFile::beside(&folder.path().join("x".repeat(256))).err().unwrap();
        assert_eq!((too_long.kind(), files(folder.path()).len()), (io::ErrorKind::InvalidFilename, 1));
    }

    #[test]
    fn a_name_that_is_taken_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let next = NUMBER.load(Ordering::Relaxed);
        let taken: Vec<_> = (next..next + 50)
            .map(|n| folder.path().join(format!(".a.tmp-{}-{n}", std::process::id())))
            .inspect(|path| fs::write(path, "theirs").unwrap())
            .collect();
        drop(TempFile::beside(&target).unwrap());
        assert!(taken.iter().all(|path| fs::read(path).unwrap() == b"theirs"));
    }
}
