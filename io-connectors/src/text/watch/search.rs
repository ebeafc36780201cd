//! Finding files that were not there before.

use super::super::error::ReadError;
use super::super::glob;
use super::super::identity::FileId;
use beamline_sdk::Timestamp;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Looks for files again and again.
pub(super) struct Search {
    pattern: PathBuf,
    /// The files that have been found, and when they were there last.
    known: HashMap<FileId, Timestamp>,
}

/// How long a file is known that is not found any more: it may come back, under another name, and a look that goes over names
/// while files are renamed may miss some. Where the number of one that was deleted may be that of a new one, not for long.
const REMEMBERED: [Duration; 2] = [Duration::from_mins(10), Duration::from_millis(500)];

impl Search {
    pub(super) fn new(pattern: PathBuf, known: Vec<FileId>) -> Self {
        Self { pattern, known: known.into_iter().map(|id| (id, Timestamp::MIN)).collect() }
    }

    /// The files that have come since it was called last, in alphabetical order, each under the first of its names.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<Vec<(PathBuf, FileId)>, ReadError> {
        // Those that were known from the beginning.
        self.known.values_mut().filter(|seen| **seen == Timestamp::MIN).for_each(|seen| *seen = now);
        let mut all: Vec<_> = matching(&self.pattern)?.into_iter().filter_map(with_id).collect();
        all.retain(|(_, id)| self.known.insert(*id, now).is_none());
        let [long, short] = REMEMBERED.map(|time| now - time);
        self.known.retain(|id, seen| *seen >= if id.is_used_once() { long } else { short });
        Ok(all)
    }

    /// The files that have been found.
    pub(super) fn known(self) -> Vec<FileId> {
        self.known.into_keys().collect()
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
        let mut now = Timestamp::from_millis(0);
        let mut look = || {
            now = now + Duration::from_millis(100);
            let found = search.look(now).unwrap().into_iter();
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
        // Also one that has had no name that matches for a while.
        fs::rename(path("b.log"), path("b.tmp")).unwrap();
        assert!(look().is_empty());
        fs::rename(path("b.tmp"), path("c-1.log")).unwrap();
        assert!(look().is_empty());
    }

    #[test]
    fn a_file_that_is_known_from_the_beginning_may_be_away_at_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        fs::write(path("a.log"), "").unwrap();
        let mut before = Search::new(path("*.log"), Vec::new());
        before.look(Timestamp::MIN).unwrap();
        let mut search = Search::new(path("*.log"), before.known());
        fs::rename(path("a.log"), path("a.tmp")).unwrap();
        assert!(search.look(Timestamp::from_millis(1_000)).unwrap().is_empty());
        fs::rename(path("a.tmp"), path("b.log")).unwrap();
        assert!(search.look(Timestamp::from_millis(1_100)).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_was_deleted_long_ago_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut search = Search::new(path.clone(), Vec::new());
        fs::write(&path, "").unwrap();
        assert_eq!(search.look(Timestamp::from_millis(0)).unwrap().len(), 1);
        fs::remove_file(&path).unwrap();
        search.look(Timestamp::from_millis(600_000)).unwrap();
        search.look(Timestamp::from_millis(600_001)).unwrap();
        assert!(search.known().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_two_names_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        fs::write(path("b.log"), "").unwrap();
        fs::hard_link(path("b.log"), path("c.log")).unwrap();
        std::os::unix::fs::symlink(path("b.log"), path("a.log")).unwrap();
        let found = Search::new(path("*.log"), Vec::new()).look(Timestamp::from_millis(0)).unwrap();
        assert_eq!(found.into_iter().map(|(path, _)| path).collect::<Vec<_>>(), [path("a.log")]);
    }
}
