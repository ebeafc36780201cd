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
//! # What a line is
//!
//! A JSON object with the fields of a [`DeadLetter`]: `step`, `location`, `element` (as its type is written by serde),
//! `timestamp` (milliseconds since the epoch), `windows` (of `start` and `end`, in the same unit), `pane`, `attempts`,
//! `error` and `version`.

use crate::text::{self, PreparedShard, ShardWriter};
use beamline_sdk::{BoxError, DeadLetter, Element, Json, PCollection, PTransform, Pipeline, Shard, Sink, Writer};
use std::path::{Path, PathBuf};

/// Writes letters to a file, or to standard output (`-`). It becomes visible when the whole pipeline has succeeded; a file
/// that exists already is refused, unless it is to be [replaced](Write::replace).
///
/// Letters of steps with different elements go to one file [as JSON](beamline_sdk::PCollection::in_json).
pub fn write(path: impl AsRef<Path>) -> Write {
    Write(text::write(path).single_file())
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
        let line = serde_json::to_string(&letter).map_err(|error| {
            format!("an element of type {} cannot be written as JSON: {error}", std::any::type_name::<T>())
        })?;
        Writer::<String>::write(&mut self.0, line)
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

/// Reads letters that [`write()`] has written, of whatever steps. A line that is none fails the pipeline.
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
        format!("dead_letters::read({})", self.0.display())
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, p: Pipeline) -> Self::Out {
        p.read(text::read(self.0)).named("Read").try_map(|line| parse(line)).named("Parse").ok
    }
}

fn parse(line: &str) -> Result<DeadLetter<Json>, String> {
    serde_json::from_str(line).map_err(|error| format!("not a dead letter: {error}"))
}
