//! What can go wrong with files of panes, and what to do about it.

use super::super::error::WriteError;
use super::super::folder::Unmade;
use std::io;

/// Why names of files cannot be as they are asked for: the pipeline is refused when it is run, before anything has been
/// read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A placeholder is not complete.
    #[error("{pattern} has a brace without its partner: write {{{{ or }}}} where a brace is meant")]
    Brace {
        /// The names that were asked for.
        pattern: String,
    },
    /// There is no placeholder of that name.
    #[error(
        "in {pattern} {{{name}}} is no placeholder: there are {{destination}}, {{window}}, {{window.start}}, {{window.end}}, \
         {{pane}}, {{pane.index}}, {{pane.timing}}, {{pane.last}}, {{shard}}, {{shard.index}}, {{shard.count}}, {{part}} and {{run}}"
    )]
    Unknown {
        /// The names that were asked for.
        pattern: String,
        /// What stands between the braces.
        name: String,
    },
    /// A placeholder has a format that has none.
    #[error("in {pattern} {{{name}}} takes no format: only {{window.start:%Y-%m-%d}} and {{window.end:…}} do")]
    NoFormat {
        /// The names that were asked for.
        pattern: String,
        /// The placeholder.
        name: String,
    },
    /// A format of times cannot be understood.
    #[error("{at} in the format {format} is not known: there are %Y, %m, %d, %H, %M, %S, %3f (milliseconds) and %%")]
    BadFormat {
        /// The format.
        format: String,
        /// Where it cannot be understood.
        at: String,
    },
    /// A format of times has no part of a time in it, so all times would look the same.
    #[error(
        "in {pattern} {{{name}}} shows nothing of the time: parts of it are written with %, such as \
         {{window.start:%Y-%m-%d}}; there are %Y, %m, %d, %H, %M, %S and %3f (milliseconds)"
    )]
    NoFields {
        /// The names that were asked for.
        pattern: String,
        /// The placeholder with its format.
        name: String,
    },
    /// The names end in a folder, or there are none.
    #[error("{pattern} does not say how files are called: add a name, such as {pattern}{{shard}}.txt")]
    Folder {
        /// The names that were asked for.
        pattern: String,
    },
    /// Files would have the same name.
    #[error("{what} of {pattern} would have the same name: add {add}{instead}")]
    Ambiguous {
        /// The names that were asked for.
        pattern: String,
        /// What the names do not tell apart.
        what: &'static str,
        /// Which placeholder would.
        add: &'static str,
        /// What to do otherwise.
        instead: &'static str,
    },
    /// A placeholder stands for something that there is not.
    #[error("{{{name}}} in {pattern} stands for nothing: {why}")]
    Nothing {
        /// The names that were asked for.
        pattern: String,
        /// The placeholder.
        name: &'static str,
        /// Why there is no such thing, and what to do.
        why: &'static str,
    },
    /// A limit is zero.
    #[error("{option}(0) of {pattern} leaves no room for a single line: it is at least 1")]
    Zero {
        /// The names that were asked for.
        pattern: String,
        /// The option.
        option: &'static str,
    },
    /// This program was built without a compression.
    #[error("{pattern} is to be {codec}, and this program was built without the cargo feature `{codec}`")]
    MissingFeature {
        /// The names that were asked for.
        pattern: String,
        /// The compression, which is also the name of the feature.
        codec: String,
    },
}

/// Why files of a pane cannot be written. Files of earlier panes, and of other keys, stay visible: they are whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFilesError {
    /// There is such a file: that of another run, perhaps.
    #[error(
        "{path} exists already: delete older output, use other names, such as some with {{run}}, which are different in each \
         run, or allow replace(true)"
    )]
    Exists {
        /// The file.
        path: String,
    },
    /// The system does not take the name of a file, or of its folder: it is too long.
    #[error(
        "the system does not take the name {path}: {cause}; most take 255 bytes for a file, and for each of its \
         folders: shorten {{destination}}, or what else is in the name"
    )]
    BadName {
        /// The file, or the folder.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder of files cannot be made.
    #[error("cannot make the folder {folder}: {cause}; check the path and its permissions")]
    Folder {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder of files cannot be written to.
    #[error("cannot write into the folder {folder}: {cause}; check its permissions, or use other names")]
    NotWritable {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The disk is full, or a quota or a limit of the file size has been reached.
    #[error("no room to write {path}: {cause}; free some, or write elsewhere (nothing of this file was kept)")]
    Full {
        /// The file under its final name.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The system could not write a file.
    #[error("cannot write {path}: {cause}; check the disk or network it is on (nothing of this file was kept)")]
    Unwritable {
        /// The file under its final name.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// An element's `Display` failed.
    #[error("the Display of an element returned an error while it was written to {path}: correct its implementation")]
    Format {
        /// The file under its final name.
        path: String,
    },
    /// An element's `Display` failed before it came to a file.
    #[error("the Display of the element returned an error: correct its implementation")]
    Unprintable,
    /// A name leaves out a part of the time that tells its window from others.
    #[error(
        "the name {path} leaves out the {lost} of {window}, so other windows may have the same: add {add} or {{window}}"
    )]
    TimeLost {
        /// The file under its final name.
        path: String,
        /// The part of the time.
        lost: &'static str,
        /// The window.
        window: String,
        /// How that part is written in a format.
        add: &'static str,
    },
    /// A folder cannot be saved to disk: a file that is complete may be lost if the machine loses power.
    #[error("the files are complete, but their folder {folder} cannot be saved to disk: {cause}; check the disk")]
    NotDurable {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Something else about a single file.
    #[error(transparent)]
    Other(WriteError),
    /// An older file that the new ones replace is still there.
    #[error("the new files are complete, but the old {path} cannot be deleted: {cause}; delete it by hand")]
    Stale {
        /// The old file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl WriteFilesError {
    /// Sorts an error of the system by what can be done about it.
    pub(super) fn of(path: impl std::fmt::Display, cause: io::Error) -> Self {
        use io::ErrorKind::{AlreadyExists, FileTooLarge, InvalidFilename, QuotaExceeded, StorageFull};
        let path = path.to_string();
        match cause.kind() {
            AlreadyExists => Self::Exists { path },
            InvalidFilename => Self::BadName { path, cause },
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full { path, cause },
            _ => Self::Unwritable { path, cause },
        }
    }
}

impl From<Unmade> for WriteFilesError {
    fn from(Unmade { folder, cause }: Unmade) -> Self {
        let folder = folder.display().to_string();
        match cause.kind() {
            io::ErrorKind::InvalidFilename => Self::BadName { path: folder, cause },
            _ => Self::Folder { folder, cause },
        }
    }
}

/// What the writer of one file says.
impl From<WriteError> for WriteFilesError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Full { path, cause } => Self::Full { path, cause },
            WriteError::Unwritable { path, cause } => Self::Unwritable { path, cause },
            WriteError::BadName { path, cause } => Self::BadName { path, cause },
            WriteError::Format { path } => Self::Format { path },
            other => Self::Other(other),
        }
    }
}
