//! What tells one file from another, whatever its name.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::SystemTime;

/// The file behind a name: it stays the same when it is renamed, and another file of the same name is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct FileId {
    /// Device and inode; on systems without inodes nothing.
    number: (u64, u64),
    /// Numbers are used again when a file is deleted.
    created: Option<SystemTime>,
}

impl FileId {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { number: number(metadata), created: metadata.created().ok() }
    }

    /// Whether no other file will ever have it.
    pub(super) fn is_used_once(&self) -> bool {
        self.created.is_some()
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// Whether the file has no name any more.
#[cfg(unix)]
pub(super) fn is_deleted(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() == 0
}

/// Where a file that is open cannot be deleted.
#[cfg(not(unix))]
pub(super) fn is_deleted(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_stays_itself_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let id = |path| FileId::of(&fs::metadata(path).unwrap());
        fs::write(&a, "1").unwrap();
        let first = id(&a);
        fs::rename(&a, &b).unwrap();
        fs::write(&a, "2").unwrap();
        assert_eq!(id(&b), first);
        assert_ne!(id(&a), first);
    }
}
