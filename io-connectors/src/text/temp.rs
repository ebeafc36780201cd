//! Files that are not visible yet.

use super::writeback::Writeback;
use std::ffi::OsString;
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

/// Makes names unique within a process.
static NUMBER: AtomicU64 = AtomicU64::new(0);

impl TempFile {
    /// Makes one in the folder of `target`, so that it can be renamed there.
    pub(super) fn beside(target: &Path) -> io::Result<Self> {
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

fn temporary_name(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".tmp-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    target.with_file_name(name)
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
