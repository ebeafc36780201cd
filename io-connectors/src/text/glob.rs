//! The files that match a pattern.
//!
//! The walk is our own, because that of the `glob` crate leaves out files whose names are not UTF-8, and hidden files
//! that the pattern names.

use super::error::ReadError;
use glob::{MatchOptions, Pattern, PatternError};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf, is_separator};

/// What a pattern says about one level of folders.
enum Level {
    Name(String),
    Like(Pattern),
    /// `**`: any number of levels.
    Any,
}

/// As in a shell, `*` does not match hidden files; among them are the temporary files of a running writer.
const MATCHING: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Whether a path may be meant as a pattern.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// All that matches, in alphabetical order, folders too.
pub(super) fn matches(pattern: &str) -> Result<Vec<PathBuf>, ReadError> {
    let levels = levels(pattern).map_err(|cause| ReadError::BadPattern { pattern: pattern.to_owned(), cause })?;
    let root = if pattern.starts_with(is_separator) { "/" } else { "" };
    let mut found = Vec::new();
    walk(Path::new(root), &levels, &mut found)?;
    found.sort();
    // Two `**` can share the levels between them in several ways.
    found.dedup();
    Ok(found)
}

fn levels(pattern: &str) -> Result<Vec<Level>, PatternError> {
    let names = pattern.split(is_separator).filter(|name| !name.is_empty());
    let mut levels = names.map(level).collect::<Result<Vec<_>, _>>()?;
    if let Some(Level::Any) = levels.last() {
        levels.push(Level::Like(Pattern::new("*")?));
    }
    Ok(levels)
}

fn level(name: &str) -> Result<Level, PatternError> {
    Ok(match name {
        "**" => Level::Any,
        name if is_pattern(name) => Level::Like(Pattern::new(name)?),
        name => Level::Name(name.to_owned()),
    })
}

fn walk(at: &Path, levels: &[Level], found: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    let Some((level, rest)) = levels.split_first() else {
        found.push(at.to_owned());
        return Ok(());
    };
    match level {
        Level::Name(name) => walk_name(&at.join(name), rest, found),
        Level::Like(pattern) => walk_like(at, pattern, rest, found),
        Level::Any => {
            walk(at, rest, found)?;
            folders(at)?.iter().try_for_each(|folder| walk(folder, levels, found))
        }
    }
}

fn walk_name(path: &Path, rest: &[Level], found: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    match unless_missing(path, fs::symlink_metadata(path))? {
        Some(_) => walk(path, rest, found),
        None => Ok(()),
    }
}

fn walk_like(at: &Path, pattern: &Pattern, rest: &[Level], found: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    for name in names(at)? {
        let path = at.join(&name);
        if pattern.matches_with(&name.to_string_lossy(), MATCHING) && (rest.is_empty() || path.is_dir()) {
            walk(&path, rest, found)?;
        }
    }
    Ok(())
}

/// The folders in a folder, without hidden ones, and without links: these may lead in circles.
fn folders(at: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let shown = names(at)?.into_iter().filter(|name| !name.as_encoded_bytes().starts_with(b"."));
    let paths = shown.map(|name| at.join(name));
    Ok(paths.filter(|path| fs::symlink_metadata(path).is_ok_and(|m| m.is_dir())).collect())
}

fn names(at: &Path) -> Result<Vec<OsString>, ReadError> {
    let folder = if at.as_os_str().is_empty() { Path::new(".") } else { at };
    let list = || fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect();
    Ok(unless_missing(folder, list())?.unwrap_or_default())
}

/// What is not there does not match; what cannot be looked at is an error.
fn unless_missing<T>(path: &Path, result: io::Result<T>) -> Result<Option<T>, ReadError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(ReadError::of(path.display(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    /// The files found, relative to the folder, whose own name is hidden.
    fn find(folder: &TempDir, pattern: &str) -> Vec<String> {
        let found = matches(&format!("{}/{pattern}", folder.path().display())).unwrap();
        found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string()).collect()
    }

    #[test]
    fn names_are_matched_level_by_level() {
        let folder = folder(&["b.txt", "a.txt", "c.log", "d/e.txt", "d/f/g.txt"]);
        assert_eq!(find(&folder, "*.txt"), ["a.txt", "b.txt"]);
        assert_eq!(find(&folder, "[!a].*"), ["b.txt", "c.log"]);
        assert_eq!(find(&folder, "?/*.txt"), ["d/e.txt"]);
        assert_eq!(find(&folder, "d//e*"), ["d/e.txt"]);
        assert_eq!(find(&folder, "*.txt/x"), [""; 0]);
        assert_eq!(find(&folder, "*/f/g.txt"), ["d/f/g.txt"]);
        assert_eq!(find(&folder, "none/*"), [""; 0]);
    }

    #[test]
    fn two_stars_stand_for_any_folders() {
        let folder = folder(&["a.txt", "d/e.txt", "d/d/g.txt", "d/d/h.log"]);
        assert_eq!(find(&folder, "**/*.txt"), ["a.txt", "d/d/g.txt", "d/e.txt"]);
        assert_eq!(find(&folder, "**/d/**/*.txt"), ["d/d/g.txt", "d/e.txt"], "each once");
        assert_eq!(find(&folder, "d/**"), ["d/d", "d/d/g.txt", "d/d/h.log", "d/e.txt"]);
        assert!(matches("a**").is_err());
    }

    #[test]
    fn hidden_files_must_be_named() {
        let folder = folder(&["a", ".a.tmp-1-0", ".hidden/b"]);
        assert_eq!(find(&folder, "*"), ["a"]);
        assert_eq!(find(&folder, "**/*"), ["a"]);
        assert_eq!(find(&folder, ".a*"), [".a.tmp-1-0"]);
        assert_eq!(find(&folder, ".hidden/*"), [".hidden/b"]);
    }

    #[test]
    fn relative_patterns_start_in_the_current_folder() {
        assert_eq!(matches("Cargo.tom?").unwrap(), [Path::new("Cargo.toml")]);
        assert_eq!(matches("./src/li[b].rs").unwrap(), [Path::new("./src/lib.rs")]);
    }

    #[test]
    #[cfg(unix)]
    fn names_that_are_not_utf8_match_too() {
        use std::os::unix::ffi::OsStrExt;
        let folder = folder(&[]);
        let path = folder.path().join(std::ffi::OsStr::from_bytes(b"a\xff.txt"));
        fs::write(&path, "").unwrap();
        assert_eq!(matches(&format!("{}/a*.txt", folder.path().display())).unwrap(), [path]);
    }

    #[test]
    #[cfg(unix)]
    fn links_that_lead_in_circles_are_not_followed_by_two_stars() {
        let folder = folder(&["d/a.txt"]);
        std::os::unix::fs::symlink("..", folder.path().join("d/up")).unwrap();
        assert_eq!(find(&folder, "**/*.txt"), ["d/a.txt"]);
        assert_eq!(find(&folder, "d/up/d/*.txt"), ["d/up/d/a.txt"]);
    }
}
