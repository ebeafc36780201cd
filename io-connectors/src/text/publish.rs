//! Makes all shards of an output visible, or none.

use super::error::WriteError;
use super::folder::save_folder;
use super::names::Names;
use super::shard::{PreparedShard, Rename};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that has its name now.
pub(super) struct Published {
    path: PathBuf,
    /// Whether an older one had that name: then the older one is lost.
    replaced: bool,
}

/// Renames all shards, then removes what an older output of the same names has left, if that is to be replaced.
pub(super) fn publish(names: &Names, prepared: &[PreparedShard], replace: bool) -> Result<(), WriteError> {
    let done = give_names(prepared, replace).map_err(|Unnamed { path, cause, visible }| {
        discard(prepared);
        WriteError::Publish { path: path.display().to_string(), cause, visible }
    })?;
    let folder = names.folder();
    save_folder(folder).map_err(|cause| WriteError::NotDurable { folder: folder.display().to_string(), cause })?;
    if replace { remove_stale(names, &done) } else { Ok(()) }
}

/// A file that could not be given its name.
pub(super) struct Unnamed {
    pub(super) path: PathBuf,
    pub(super) cause: io::Error,
    /// The files that can be seen nevertheless.
    visible: Vec<String>,
}

/// Renames all files, or none: those that replaced an older one stay.
pub(super) fn give_names(prepared: &[PreparedShard], replace: bool) -> Result<Vec<Published>, Unnamed> {
    let renames = prepared.iter().filter_map(|shard| shard.0.as_ref());
    let mut done = Vec::with_capacity(prepared.len());
    for rename in renames {
        match give_name(rename, replace) {
            Ok(published) => done.push(published),
            Err(cause) => return Err(Unnamed { path: PathBuf::from(&rename.to), cause, visible: take_back(&done) }),
        }
    }
    Ok(done)
}

/// Deletes the temporary files that are still there.
pub(super) fn discard(prepared: &[PreparedShard]) {
    for rename in prepared.iter().filter_map(|shard| shard.0.as_ref()) {
        // The error that led here is the one to show.
        let _ = fs::remove_file(&rename.from);
    }
}

fn give_name(rename: &Rename, replace: bool) -> io::Result<Published> {
    let path = PathBuf::from(&rename.to);
    let replaced = fs::symlink_metadata(&path).is_ok();
    if replaced && !replace {
        return Err(taken());
    }
    let from = Path::new(&rename.from);
    if replace { fs::rename(from, &path) } else { give_new_name(from, &path) }?;
    Ok(Published { path, replaced })
}

fn taken() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "another program made that file meanwhile")
}

/// A link takes no other file's place, even if that comes in between; not every file system has them.
fn give_new_name(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken()),
        Err(_) => fs::rename(from, to),
    }
}

/// Removes the files of a failed run that replaced nothing, and says which can still be seen.
fn take_back(done: &[Published]) -> Vec<String> {
    let stays = |file: &&Published| file.replaced || fs::remove_file(&file.path).is_err();
    done.iter().filter(stays).map(|file| file.path.display().to_string()).collect()
}

fn remove_stale(names: &Names, done: &[Published]) -> Result<(), WriteError> {
    let failed = |path: &Path, cause| WriteError::Stale { path: path.display().to_string(), cause };
    let new: HashSet<_> = done.iter().map(|file| file.path.as_path()).collect();
    let existing = names.existing().map_err(|cause| failed(names.folder(), cause))?;
    for old in existing.iter().filter(|path| !new.contains(path.as_path())) {
        fs::remove_file(old).map_err(|cause| failed(old, cause))?;
    }
    Ok(())
}
