//! Folders that are there after a loss of power too.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that could not be made.
pub(super) struct Unmade {
    pub(super) folder: PathBuf,
    pub(super) cause: io::Error,
}

/// The folder that a file or folder is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a folder and those that it is in, so that they are there after a loss of power too.
pub(super) fn make_folder(folder: &Path) -> Result<(), Unmade> {
    if folder.is_dir() {
        return Ok(());
    }
    let outer = folder_of(folder);
    if outer != folder {
        make_folder(outer)?;
    }
    match fs::create_dir(folder) {
        // Another worker was faster.
        Err(_) if folder.is_dir() => Ok(()),
        Err(cause) => Err(Unmade { folder: folder.to_owned(), cause }),
        Ok(()) => save_folder(outer).map_err(|cause| Unmade { folder: folder.to_owned(), cause }),
    }
}

/// Without this the new names in a folder may be lost when the machine loses power.
pub(super) fn save_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot do it for folders, and have no need to.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_those_that_it_is_in() {
        let root = tempfile::tempdir().unwrap();
        let made = |path: &str| make_folder(&root.path().join(path)).map_err(|unmade| unmade.folder);
        assert_eq!(made("a/b/c"), Ok(()));
        assert!(root.path().join("a/b/c").is_dir());
        fs::write(root.path().join("a/file"), "").unwrap();
        assert_eq!(made("a/file/d"), Err(root.path().join("a/file")), "the error names the one that cannot be made");
    }

    #[test]
    fn a_name_alone_is_in_the_folder_where_the_program_is() {
        assert_eq!(folder_of(Path::new("a")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/b")), Path::new("a"));
        assert!(make_folder(Path::new(".")).is_ok());
    }
}
