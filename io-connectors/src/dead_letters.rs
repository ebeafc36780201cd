//! Dead letters in files, a line of JSON for each: to be looked at, and to be tried again.
//!
//! A run writes the elements that a step could not handle. When what was wrong has been mended, another run reads the
//! file and feeds the elements back [into the step that they came from](beamline_sdk::PCollection::replaying).
//!
//! ```
//! use beamline_io::{dead_letters, text};
//! use beamline_sdk::{BoxError, PCollection, Pipeline};
//!
//! fn parse(lines: &PCollection<String>) -> PCollection<u64> {
//!     let parsed = lines.try_map(|line| line.parse::<u64>()).named("Parse");
//!     parsed.failed.write(dead_letters::write("out/letters.jsonl"));
//!     parsed.ok
//! }
//!
//! fn first_run(p: &Pipeline) -> PCollection<u64> {
//!     parse(&p.read(text::read("in/*.txt")))
//! }
//!
//! fn second_run(p: &Pipeline) -> PCollection<u64> {
//!     let nothing_new = p.create::<String>([]);
//!     parse(&nothing_new.replaying("Parse", &p.apply(dead_letters::read("out/letters.jsonl"))))
//! }
//! ```
//!
//! Sinks have letters too, of elements that they refuse or cannot send, if they are given theirs by
//! [`try_write`](beamline_sdk::PCollection::try_write).
//!
//! # Letters of streams
//!
//! [`write()`] shows its file when the run has succeeded, which may be never. [`write_files`] shows letters while a stream goes
//! on.
//!
//! # What a line is
//!
//! A JSON object with the fields of a [`DeadLetter`]: `step`, `location`, `element` (as its type is written by serde),
//! `timestamp` (milliseconds since the epoch), `windows` (of `start` and `end`, in the same unit), `pane`, `attempts`,
//! `error` and `version`.

use crate::text::{self, PreparedShard, ShardWriter};
use beamline_sdk::window::Windowing;
use beamline_sdk::{BoxError, DeadLetter, Element, Json, PCollection, PTransform, Pipeline, Shard, Sink, Writer};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Writes letters to a file, or to standard output (`-`). It becomes visible when the whole pipeline has succeeded, which for a
/// stream is when it has been drained ([`write_files`] does not wait for that); a file that exists already is refused,
/// unless it is to be [replaced](Write::replace).
///
/// Letters of steps with different elements go to one file [as JSON](beamline_sdk::PCollection::in_json).
pub fn write(path: impl AsRef<Path>) -> Write {
    Write(text::write(path).single_file())
}

/// Writes letters to files while a stream goes on, which become visible one after the other: each when its first letter is a
/// minute old, or [as old as is said](WriteFiles::max_age), and when the run drains. To be applied to a collection of letters.
///
/// `names` says how files are called, as for [`text::write_files`], with `{part}` for their numbers. A file that exists already is
/// an error, so `{run}` belongs into the names of a program that may be started again. What is visible stays, also when the
/// run fails later; letters of the file in work are lost then.
///
/// ```
/// use beamline_io::dead_letters;
/// use beamline_sdk::{DeadLetter, PCollection};
/// use std::time::Duration;
///
/// fn keep(letters: &PCollection<DeadLetter<String>>, folder: &str) {
///     let names = format!("{folder}/{{run}}-{{part}}.jsonl");
///     letters.apply(dead_letters::write_files(names).max_age(Duration::from_secs(10)));
/// }
/// ```
///
/// [`read`] takes all of them together, by a pattern such as `letters/*.jsonl`.
pub fn write_files(names: impl Into<String>) -> WriteFiles {
    let names = names.into();
    WriteFiles { files: text::write_files(&*names).max_age(Duration::from_mins(1)), names }
}

/// A transform that writes letters to files: what [`write_files`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description writes nothing until it is applied to a collection"]
pub struct WriteFiles {
    names: String,
    files: text::WriteFiles,
}

impl WriteFiles {
    /// How old the first letter of a file may become before the file is complete: a minute by default.
    pub fn max_age(self, age: Duration) -> Self {
        Self { files: self.files.max_age(age), ..self }
    }
}

impl<T: Element> PTransform<PCollection<DeadLetter<T>>> for WriteFiles {
    type Out = PCollection<text::WrittenFile>;

    fn label(&self) -> String {
        format!("dead_letters::write_files({})", self.names)
    }

    fn is_opaque(&self) -> bool {
        true
    }

    /// In the global window no letter is late, whenever it comes.
    fn expand(self, letters: PCollection<DeadLetter<T>>) -> Self::Out {
        let lines = letters.try_map(|letter| line(letter)).named("Print").ok;
        lines.window(Windowing::global()).apply(self.files)
    }
}

/// A letter as it is in a file.
fn line<T: Element>(letter: &DeadLetter<T>) -> Result<String, String> {
    serde_json::to_string(letter).map_err(|error| {
        format!("an element of type {} cannot be written as JSON: {error}", std::any::type_name::<T>())
    })
}

/// A sink of letters: what [`write()`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description writes nothing until it is given to a pipeline"]
pub struct Write(text::Write);

impl Write {
    /// Says whether to replace a file that exists already.
    pub fn replace(self, replace: bool) -> Self {
        Self(self.0.replace(replace))
    }

    fn lines(&self) -> &impl Sink<String, Writer = ShardWriter, Commit = PreparedShard> {
        &self.0
    }
}

/// Writes letters as lines.
pub struct LetterWriter(ShardWriter);

impl<T: Element> Writer<DeadLetter<T>> for LetterWriter {
    type Commit = PreparedShard;

    fn write(&mut self, letter: DeadLetter<T>) -> Result<(), BoxError> {
        Writer::<String>::write(&mut self.0, line(&letter)?)
    }

    fn finish_bundle(&mut self) -> Result<(), BoxError> {
        Writer::<String>::finish_bundle(&mut self.0)
    }

    fn prepare(self) -> Result<PreparedShard, BoxError> {
        Writer::<String>::prepare(self.0)
    }
}

impl<T: Element> Sink<DeadLetter<T>> for Write {
    type Writer = LetterWriter;
    type Commit = PreparedShard;

    fn label(&self) -> String {
        self.lines().label().replacen("text", "dead_letters", 1)
    }

    fn shards(&self) -> Option<u32> {
        self.lines().shards()
    }

    fn shows_at_once(&self) -> bool {
        self.lines().shows_at_once()
    }

    fn begin(&self) -> Result<(), BoxError> {
        self.lines().begin()
    }

    fn open(&self, shard: Shard) -> Result<LetterWriter, BoxError> {
        self.lines().open(shard).map(LetterWriter)
    }

    fn commit(&self, prepared: Vec<PreparedShard>) -> Result<(), BoxError> {
        self.lines().commit(prepared)
    }

    fn abort(&self, prepared: Vec<PreparedShard>) {
        self.lines().abort(prepared);
    }
}

/// Reads letters that [`write()`] or [`write_files`] has written, of whatever steps: a file, or all that match a pattern. A line
/// that is none fails the pipeline, with its file and where it is.
pub fn read(path: impl AsRef<Path>) -> Read {
    Read(path.as_ref().to_owned())
}

/// A source of letters: what [`read`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is applied to a pipeline"]
pub struct Read(PathBuf);

impl PTransform<Pipeline> for Read {
    type Out = PCollection<DeadLetter<Json>>;

    fn label(&self) -> String {
        format!("dead_letters::read({})", text::name_of_input(&self.0))
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, p: Pipeline) -> Self::Out {
        p.read(text::read(self.0).parse(parse)).named("Read")
    }
}

fn parse(line: &str) -> Result<DeadLetter<Json>, String> {
    serde_json::from_str(line).map_err(|error| format!("not a dead letter: {error}"))
}
