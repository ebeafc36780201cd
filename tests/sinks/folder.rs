//! A folder, and what is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder of its own for each test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of something in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// All files, hidden ones and those of inner folders included, with their lines in alphabetical order.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<String>> {
        let mut files = BTreeMap::new();
        gather(self.0.path(), self.0.path(), &mut files);
        files
    }

    /// The names of all files.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }

    /// The file has exactly these lines, in any order, and every line ends.
    #[track_caller]
    pub(crate) fn assert_lines(&self, name: &str, lines: &[&str]) {
        let text = fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.ends_with('\n'), "{name}: {text:?}");
        assert_eq!(sorted(&text), lines, "{name}");
    }
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<String>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, sorted(&String::from_utf8_lossy(&fs::read(&path).unwrap())));
        }
    }
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
