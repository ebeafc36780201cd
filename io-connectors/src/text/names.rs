//! The names of the files of an output.

use super::folder::folder_of;
use beamline_sdk::Shard;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the files of an output are called: `STEM-00000-of-00002SUFFIX` in a folder, or just `STEMSUFFIX`.
#[derive(Clone, Debug)]
pub(super) struct Names {
    prefix: PathBuf,
    stem: OsString,
    suffix: String,
    single: bool,
}

impl Names {
    /// `None` if the prefix has no name to begin with: it is empty, or ends with `/` or `..`.
    pub(super) fn new(prefix: &Path, suffix: &str, single: bool) -> Option<Self> {
        if prefix.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return None;
        }
        let stem = prefix.file_name()?.to_owned();
        Some(Self { prefix: prefix.to_owned(), stem, suffix: suffix.to_owned(), single })
    }

    /// The folder of all files.
    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.prefix)
    }

    pub(super) fn path(&self, shard: Shard) -> PathBuf {
        let mut name = self.stem.clone();
        if !self.single {
            name.push(format!("-{:05}-of-{:05}", shard.index, shard.count));
        }
        name.push(&self.suffix);
        self.prefix.with_file_name(name)
    }

    /// The files there that an output of this name may have left, in alphabetical order.
    pub(super) fn existing(&self) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(self.folder())? {
            let name = entry?.file_name();
            if self.matches(&name) {
                paths.push(self.prefix.with_file_name(name));
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn matches(&self, name: &OsStr) -> bool {
        let middle = || {
            let rest = name.as_encoded_bytes().strip_prefix(self.stem.as_encoded_bytes())?;
            rest.strip_suffix(self.suffix.as_bytes())
        };
        middle().is_some_and(|middle| if self.single { middle.is_empty() } else { is_shard(middle) })
    }
}

/// Whether it has the form `-00000-of-00002`.
fn is_shard(middle: &[u8]) -> bool {
    let numbers = || {
        let (index, count) = std::str::from_utf8(middle).ok()?.strip_prefix('-')?.split_once("-of-")?;
        Some([index, count])
    };
    numbers().is_some_and(|numbers| numbers.into_iter().all(|n| n.len() >= 5 && n.bytes().all(|b| b.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prefix: &str, suffix: &str, single: bool) -> Names {
        Names::new(Path::new(prefix), suffix, single).unwrap()
    }

    #[test]
    fn shards_are_numbered() {
        let path = |prefix, suffix| names(prefix, suffix, false).path(Shard { index: 3, count: 12 });
        assert_eq!(path("out/part", ".txt"), Path::new("out/part-00003-of-00012.txt"));
        assert_eq!(path("part", ""), Path::new("part-00003-of-00012"));
        assert_eq!(path("/part", ".gz"), Path::new("/part-00003-of-00012.gz"));
        let many = names("part", "", false).path(Shard { index: 0, count: 100_000 });
        assert_eq!(many, Path::new("part-00000-of-100000"));
    }

    #[test]
    fn a_single_file_has_exactly_the_name_given() {
        let path = names("out/a.txt", "", true).path(Shard { index: 0, count: 1 });
        assert_eq!(path, Path::new("out/a.txt"));
    }

    #[test]
    fn a_prefix_needs_a_name() {
        for prefix in ["", "/", "out/", "out/..", ".."] {
            assert!(Names::new(Path::new(prefix), "", false).is_none(), "{prefix}");
        }
    }

    #[test]
    fn only_files_of_this_output_match() {
        let names = names("out/part", ".txt", false);
        for name in ["part-00000-of-00001.txt", "part-00004-of-00005.txt", "part-99999-of-100000.txt"] {
            assert!(names.matches(OsStr::new(name)), "{name}");
        }
        for name in [
            "part.txt",
            "part-00000-of-00001",
            "part-00000-of-00001.txt.gz",
            "part-2-00000-of-00001.txt",
            "apart-00000-of-00001.txt",
            ".part-00000-of-00001.txt.tmp-1-0",
            "part-0000-of-00001.txt",
            "part-00000-of-0000x.txt",
            "part-00000-of-00001-of-00001.txt",
            "part-+0000-of-00001.txt",
        ] {
            assert!(!names.matches(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_stem_and_suffix_that_overlap_do_not_match() {
        assert!(!names("aa", "aa", true).matches(OsStr::new("aaa")));
        assert!(names("aa", "aa", true).matches(OsStr::new("aaaa")));
    }

    #[test]
    fn existing_files_are_listed_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["p-00001-of-00002", "p-00000-of-00002", "q-00000-of-00002"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let existing = names(folder.path().join("p").to_str().unwrap(), "", false).existing().unwrap();
        assert_eq!(existing, ["p-00000-of-00002", "p-00001-of-00002"].map(|name| folder.path().join(name)));
    }
}
