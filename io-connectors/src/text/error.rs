//! What can go wrong, and what to do about it: every message is one line that names the file.

use super::folder::Unmade;
use beamline_sdk::BoxError;
use std::fmt;
use std::io;

/// Why text cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing to read from.
    #[error("no path was given to text::read_all: pass at least one file, a pattern such as DIR/*, or - for stdin")]
    NoPaths,
    /// A file does not exist.
    #[error("cannot read {path}: there is no such file; check the name and the current folder")]
    Missing {
        /// The path as it was given.
        path: String,
    },
    /// A file that is to grow is not there yet: a warning.
    #[error("there is no file {path} yet; check the name and the current folder")]
    NotYet {
        /// The path as it was given.
        path: String,
    },
    /// A file that grows has been cut: a warning.
    #[error("{path} has become shorter; a log should be renamed rather than cut")]
    Cut {
        /// The file.
        path: String,
    },
    /// The user of this process may not read a file.
    #[error("cannot read {path}: {cause}; give this user the right to read it and to enter its folders")]
    Denied {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The system could not read a file.
    #[error("cannot read {path}: {cause}; check the path and the disk or network it is on")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A directory was given in place of a file.
    #[error("cannot read {path}: it is a directory; to read the files in it, give {}/*", .path.trim_end_matches('/'))]
    Directory {
        /// The directory.
        path: String,
    },
    /// What should grow is no file, such as a pipe.
    #[error("cannot follow {path}: it is no file that could grow; pipes are read with text::read({path}).as_stream()")]
    NotGrowing {
        /// The path as it was given.
        path: String,
    },
    /// A pattern matches no file.
    #[error("no file matches {pattern}: check the pattern (* and ? stand for parts of a name, ** for any folders)")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// A pattern cannot be understood.
    #[error("{pattern} is no valid pattern: {cause}; to mean a special character itself, put it in brackets: [*]")]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        cause: glob::PatternError,
    },
    /// A line is not valid UTF-8.
    #[error(
        "{path}: invalid UTF-8 at byte {offset}{}; replace such bytes with invalid_utf8(InvalidUtf8::Lossy), or keep such \
         lines apart: with dead_letters() of text::read, or by reading bytes", if *.decompressed { " of the decompressed text" } else { "" }
    )]
    InvalidUtf8 {
        /// The file.
        path: String,
        /// Where the first wrong byte is, counted from 0 at the start of the file.
        offset: u64,
        /// Whether `offset` counts bytes after decompression.
        decompressed: bool,
    },
    /// A line is no record, says the function that was to make one of it.
    #[error(
        "{path}: the line at byte {offset}{} cannot be parsed: {cause}: {}; keep such lines apart with dead_letters()",
        if *.decompressed { " of the decompressed text" } else { "" }, beginning(.line)
    )]
    Unparsed {
        /// The file.
        path: String,
        /// Where the line begins, counted from 0 at the start of the file.
        offset: u64,
        /// Whether `offset` counts bytes after decompression.
        decompressed: bool,
        /// The line.
        line: String,
        /// What the function said.
        cause: BoxError,
    },
    /// A file was longer when the pipeline started.
    #[error(
        "{path} has become shorter since the pipeline started: it had {expected} bytes and has {found} now; run again \
         when nothing else writes to it"
    )]
    Shrunk {
        /// The file.
        path: String,
        /// Its length at the start, in bytes.
        expected: u64,
        /// Its length now, in bytes.
        found: u64,
    },
    /// A compressed file is truncated, damaged, or compressed differently.
    #[error(
        "cannot decompress {path} as {codec}: {cause}; the file is truncated, damaged or not {codec}: get it again, or \
         say what it is with compression(..)"
    )]
    Corrupt {
        /// The file.
        path: String,
        /// How it was to be decompressed.
        codec: String,
        /// What the decoder said.
        cause: io::Error,
    },
    /// This program was built without a compression.
    #[error("cannot read {path}: it is {codec}, and this program was built without the cargo feature `{codec}`")]
    MissingFeature {
        /// The file.
        path: String,
        /// The compression, which is also the name of the feature.
        codec: String,
    },
    /// Standard input is read more than once.
    #[error(
        "standard input (-) is already being read, and can be read only once: read it in one step and use its output twice"
    )]
    StdinTaken,
}

impl ReadError {
    /// Sorts an error of the system by what can be done about it.
    pub(super) fn of(path: impl fmt::Display, cause: io::Error) -> Self {
        let path = path.to_string();
        match cause.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path, cause },
            _ => Self::Unreadable { path, cause },
        }
    }
}

/// Why text cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output would have no file.
    #[error("text::write({prefix}) has 0 shards: ask for at least one, or leave shards(..) out for one per worker")]
    NoShards {
        /// The prefix of the output.
        prefix: String,
    },
    /// The prefix is a directory, or has no name to begin files with.
    #[error("cannot write to {prefix}: it is a directory; add how file names begin, such as {}part", with_slash(.prefix))]
    Directory {
        /// The prefix of the output.
        prefix: String,
    },
    /// The suffix leads to another directory.
    #[error("the suffix {suffix} of text::write({prefix}) contains a /: put folders into the prefix")]
    BadSuffix {
        /// The prefix of the output.
        prefix: String,
        /// The suffix.
        suffix: String,
    },
    /// There is older output.
    #[error("{path} exists already: write to another prefix, delete the old output, or allow replace(true)")]
    Exists {
        /// One of the old files.
        path: String,
    },
    /// The system does not take the name of a file, or of its folder: it is too long.
    #[error(
        "the system does not take the name {path}: {cause}; most take 255 bytes for a file, and for each of its \
         folders: shorten the prefix, or the suffix"
    )]
    BadName {
        /// The file under its final name, or the folder.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder of the output cannot be made.
    #[error("cannot make the folder {folder} for the output: {cause}; check the path and its permissions")]
    Folder {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder of the output cannot be written to.
    #[error("cannot write into the folder {folder}: {cause}; check its permissions, or choose another prefix")]
    NotWritable {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The disk is full, or a quota or a limit of the file size has been reached.
    #[error("no room to write {path}: {cause}; free some, or write elsewhere (nothing of the output was kept)")]
    Full {
        /// The file under its final name.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The system could not write a file.
    #[error("cannot write {path}: {cause}; check the disk or network it is on (nothing of the output was kept)")]
    Unwritable {
        /// The file under its final name.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Who read standard output has stopped doing so.
    #[error(
        "standard output was closed by the program that reads it: lines are missing there; write to a file instead"
    )]
    StdoutClosed,
    /// Standard output failed otherwise.
    #[error("cannot write to standard output: {cause}; what was written before remains there")]
    Stdout {
        /// What the system said.
        cause: io::Error,
    },
    /// An element's `Display` failed.
    #[error("the Display of an element returned an error while it was written to {path}: correct its implementation")]
    Format {
        /// The file under its final name.
        path: String,
    },
    /// This program was built without a compression.
    #[error("cannot write {path}: it is to be {codec}, and this program was built without the cargo feature `{codec}`")]
    MissingFeature {
        /// The prefix of the output.
        path: String,
        /// The compression, which is also the name of the feature.
        codec: String,
    },
    /// Everything was written, but a file could not be given its name.
    #[error("cannot give {path} its name: {cause}; {}", list_visible(.visible))]
    Publish {
        /// The file under its final name.
        path: String,
        /// What the system said.
        cause: io::Error,
        /// Which files of this run can be seen nevertheless, because they have replaced older ones.
        visible: Vec<String>,
    },
    /// The new output is complete, but old files of the same prefix are still there.
    #[error("the new output is complete, but the old {path} cannot be deleted: {cause}; delete it by hand")]
    Stale {
        /// The old file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The new output is complete, but may be lost if the machine loses power now.
    #[error("the new output is complete, but the folder {folder} cannot be saved to disk: {cause}; check the disk")]
    NotDurable {
        /// The folder of the output.
        folder: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl WriteError {
    /// Sorts an error of the system by what can be done about it.
    pub(super) fn of(path: impl fmt::Display, cause: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, InvalidFilename, QuotaExceeded, StorageFull};
        let path = path.to_string();
        match cause.kind() {
            InvalidFilename => Self::BadName { path, cause },
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full { path, cause },
            _ => Self::Unwritable { path, cause },
        }
    }

    /// The same for standard output.
    pub(super) fn of_stdout(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self::StdoutClosed,
            _ => Self::Stdout { cause },
        }
    }
}

impl From<Unmade> for WriteError {
    fn from(Unmade { folder, cause }: Unmade) -> Self {
        let folder = folder.display().to_string();
        match cause.kind() {
            io::ErrorKind::InvalidFilename => Self::BadName { path: folder, cause },
            _ => Self::Folder { folder, cause },
        }
    }
}

/// A line as far as it fits into a message.
fn beginning(line: &str) -> String {
    const MOST: usize = 120;
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &line[..end]),
        None => format!("{line:?}"),
    }
}

fn with_slash(prefix: &str) -> String {
    if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") }
}

fn list_visible(files: &[String]) -> String {
    match files {
        [] => "nothing of this run is visible".to_owned(),
        files => format!("of this run these files are visible, and they replaced old ones: {}", files.join(", ")),
    }
}
