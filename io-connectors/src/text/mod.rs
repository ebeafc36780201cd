//! Lines of text: files, globs, standard input and output, plain or compressed.
//!
//! Reading starts with [`read`], [`read_all`], [`read_with_names`] or [`read_bytes`], writing with [`write()`], or with
//! [`write_files`] for files by window, pane and destination; each returns a description with builder methods.
//!
//! ```
//! use beamline_io::text::{self, Compression, InvalidUtf8};
//!
//! let logs = text::read("logs/*.gz").and("today.log").invalid_utf8(InvalidUtf8::Lossy);
//! let counts = text::write("out/counts").suffix(".txt").compression(Compression::Zstd).shards(2);
//! # let _ = (logs, counts);
//! ```
//!
//! # What a line is
//!
//! A line ends at `\n`; a `\r` before it is dropped. A last line without `\n` counts, and an empty file has no lines. A
//! byte order mark (`EF BB BF`) at the start of a file is dropped. A line may be as long as memory allows.
//!
//! Lines are UTF-8. One that is not is an error of the pipeline that names the file and the byte, or is
//! [replaced in part](InvalidUtf8::Lossy), or goes to [a collection of its own](Read::dead_letters).
//!
//! [`Read::parse`] makes records of lines without a string for each, such as of JSON or the rows of a table.
//!
//! # How files are divided
//!
//! Plain files are divided into ranges of bytes, about four for each worker and at most 64 MiB each; a worker that has
//! run out of work takes over a part of a range that another one is still reading. Compressed files, named pipes and
//! standard input are read by one worker each.
//!
//! # What is visible, and when
//!
//! Files are written under hidden temporary names in the folder of the output and renamed when the whole pipeline has
//! succeeded; those of [`write_files`] when a pane of them is whole. A pipeline that fails or is cancelled leaves no
//! output but such files, and no temporary ones; one that is killed may leave hidden files named `.NAME.tmp-PROCESS-NUMBER`, with at
//! most the first 100 bytes of the name, which can be deleted.
//!
//! # Text that still comes
//!
//! [`tail`] follows a file that grows, [`watch`] a folder that gains files, and [`stdin_stream`] takes what comes through
//! standard input. The first two have no end: a pipeline that reads them goes on until it is drained, stopped or cancelled, or
//! until enough has been [taken](beamline_sdk::Source::take). Standard input ends when it is closed. Files are asked for more
//! every 5 to 50 ms, folders for new files every 100 ms by default.
//!
//! What is in a file stays there for the next run. What has come out of a pipe does not: what [`stdin_stream`] leaves says it.
//!
//! ```
//! use beamline_io::text;
//! use beamline_sdk::{BoundedOutOfOrderness, Pipeline, Source, Timestamp};
//! use std::time::Duration;
//!
//! /// Lines begin with a time such as `2030-01-01T00:00:00Z`.
//! fn time_of(line: &str) -> Option<Timestamp> {
//!     line.split(' ').next()?.parse().ok()
//! }
//!
//! let estimator = BoundedOutOfOrderness::new(Duration::from_secs(5));
//! let log = text::tail("app.log").with_timestamps(|line| time_of(line), estimator);
//! let p = Pipeline::new();
//! let lines = p.read(log);
//! # drop(lines);
//! ```
//!
//! # The parts
//!
//! Reading: `read` the description, `paths` and `glob` from patterns to files, `split` ranges of bytes, `open` and
//! `decode` from a split to its bytes, `pipe` inputs that may never end, `window` finds lines in bytes, `line` makes
//! elements of them, `parse` records, `reader` puts these together, `dead_letters` keeps damaged lines apart. Text that
//! still comes: `tail`, `watch` and `stream` the descriptions, `incoming` makes lines of bytes that come bit by bit,
//! `growing` is a file that somebody writes to, `identity` tells files apart, `pause` says how often to look. Writing:
//! `write` the description, `names` of shards, `folder` makes those that files are in, `temp` files, `encode`
//! compresses, `shard` writes one, `publish` makes all of them visible, `json` elements as lines; `files` are those of
//! windows. Both: `compression`, `error`.

mod compression;
mod dead_letters;
mod decode;
mod encode;
mod error;
mod files;
mod folder;
mod glob;
mod growing;
mod identity;
mod incoming;
mod json;
mod line;
mod names;
mod open;
mod parse;
mod paths;
mod pause;
mod pipe;
mod publish;
mod read;
mod reader;
mod shard;
mod split;
mod stream;
mod tail;
mod temp;
mod watch;
mod window;
mod write;
mod writeback;

pub use compression::Compression;
pub use dead_letters::ReadTried;
pub use error::{ReadError, WriteError};
pub use files::{
    By, Destinations, OneDestination, PatternError, TriedWithLateData, WriteFiles, WriteFilesError, WriteFilesTried,
    WrittenFile, write_files,
};
#[cfg(feature = "net")]
pub(crate) use incoming::Incoming;
pub use json::Json;
pub use line::{InvalidUtf8, Line, Lines, RawLine, Text};
pub use parse::{Parse, ParseBy, ParseTried};
pub(crate) use paths::name_of_input;
#[cfg(feature = "net")]
pub(crate) use pipe::{Pipe, leave_unread};
pub use read::{Read, read, read_all, read_bytes, read_with_names};
pub use reader::LineReader;
pub use shard::{PreparedShard, ShardWriter};
pub use split::Split;
pub use stream::{ReadStream, stdin_stream};
pub use tail::{Tail, TailReader, TailSplit, tail, tail_bytes, tail_with_names};
pub use watch::{Watch, WatchReader, WatchSplit, watch, watch_bytes, watch_with_names};
pub use write::{Write, write};

/// How much is read or written in one call.
const BLOCK: usize = 256 * 1024;
