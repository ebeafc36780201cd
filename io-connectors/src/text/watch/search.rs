//! Finding files that were not there before.

use super::super::error::ReadError;
use super::super::glob;
use super::super::identity::FileId;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Looks for files again and again.
pub(super) struct Search {
    pattern: PathBuf,
    /// The files that match now and have been found before.
    known: HashSet<FileId>,
}

impl Search {
    pub(super) fn new(pattern: PathBuf, known: Vec<FileId>) -> Self {
        Self { pattern, known: known.into_iter().collect() }
    }

    /// The files that have come since it was called last, in alphabetical order.
    pub(super) fn look(&mut self) -> Result<Vec<(PathBuf, FileId)>, ReadError> {
        let all: Vec<_> = matching(&self.pattern)?.into_iter().filter_map(with_id).collect();
        let before = std::mem::replace(&mut self.known, all.iter().map(|(_, id)| *id).collect());
        Ok({ all }.into_iter().filter(|(_, id)| !before.contains(id)).collect())
    }

    /// The files that have been found.
    pub(super) fn known(self) -> Vec<FileId> {
        self.known.into_iter().collect()
    }
}

/// Where a file is now that has been found before, if it has a name that matches.
pub(super) fn find(pattern: &Path, id: FileId) -> Result<Option<OsString>, ReadError> {
    let found = matching(pattern)?.into_iter().filter_map(with_id).find(|(_, found)| *found == id);
    Ok(found.map(|(path, _)| path.into_os_string()))
}

fn matching(pattern: &Path) -> Result<Vec<PathBuf>, ReadError> {
    match pattern.to_str().filter(|text| glob::is_pattern(text) && !pattern.exists()) {
        Some(text) => glob::matches(text),
        None => Ok(vec![pattern.to_owned()]),
    }
}

/// Folders do not count, and neither do files that have just gone.
fn with_id(path: PathBuf) -> Option<(PathBuf, FileId)> {
    let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some((path, FileId::of(&metadata)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_found_once_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        let mut search = Search::new(path("*.log"), Vec::new());
        let mut look = || {
            let found = search.look().unwrap().into_iter();
            found.map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(look().is_empty());
        fs::write(path("b.log"), "").unwrap();
        fs::write(path("a.log"), "").unwrap();
        fs::write(path("a.txt"), "").unwrap();
        fs::create_dir(path("c.log")).unwrap();
        assert_eq!(look(), ["a.log", "b.log"]);
        fs::rename(path("a.log"), path("a-1.log")).unwrap();
        assert!(look().is_empty());
        fs::write(path("a.log"), "").unwrap();
        assert_eq!(look(), ["a.log"]);
        fs::remove_file(path("b.log")).unwrap();
        assert!(look().is_empty());
        fs::write(path("b.log"), "").unwrap();
        assert_eq!(look(), ["b.log"]);
    }
}
