//! Polling a source by hand.

use beamline_sdk::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp, Waker};
use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// What a worker does with a source: it reads all splits, and those that are discovered.
pub(crate) struct Worker<S: Source> {
    source: S,
    pub(crate) readers: Vec<S::Reader>,
    pub(crate) now: Timestamp,
    /// What readers have warned of, with what becomes of it.
    pub(crate) warnings: RefCell<Vec<String>>,
}

impl<S: Source> Worker<S> {
    pub(crate) fn new(source: S) -> Self {
        let splits = source.splits(&SplitTarget { parallelism: 1 }).unwrap();
        let readers = splits.into_iter().map(|split| source.open(split).unwrap()).collect();
        Self { source, readers, now: at(0), warnings: RefCell::default() }
    }

    /// Polls a reader once.
    pub(crate) fn poll(&mut self, index: usize, room: usize) -> Result<(Vec<S::Out>, Next), String> {
        let (mut values, mut times) = (Vec::new(), Vec::new());
        let hear =
            |cause: BoxError, consequence: &str| self.warnings.borrow_mut().push(format!("{cause}: {consequence}"));
        let mut out = SourceBatch::new(&mut values, &mut times, room).at(self.now, Waker::default()).heard_by(&hear);
        let next = self.readers[index].poll(&mut out).map_err(|error| error.to_string())?;
        assert!(values.len() <= room, "a reader should stop at a full batch");
        assert!(times.iter().all(|time| *time == self.now), "arrival times");
        while let Some(split) = self.readers[index].discover() {
            self.readers.push(self.source.open(split).unwrap());
        }
        Ok((values, next))
    }

    /// Polls all readers until nothing is there any more.
    pub(crate) fn drain(&mut self, room: usize) -> Vec<S::Out> {
        self.try_drain(room).unwrap()
    }

    pub(crate) fn try_drain(&mut self, room: usize) -> Result<Vec<S::Out>, String> {
        let (mut all, mut index) = (Vec::new(), 0);
        while index < self.readers.len() {
            let (values, next) = self.poll(index, room)?;
            all.extend(values);
            match next {
                Next::More => {}
                Next::WakeAt(_) => index += 1,
                Next::Done => drop(self.readers.remove(index)),
            }
        }
        Ok(all)
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, millis: u64) {
        self.now = self.now + std::time::Duration::from_millis(millis);
    }

    /// Gives a part of a reader's work to another reader.
    pub(crate) fn divide(&mut self, index: usize) -> bool {
        let given = self.readers[index].try_split(0.5).map(|split| self.source.open(split).unwrap());
        let is_divided = given.is_some();
        self.readers.extend(given);
        is_divided
    }
}

/// A folder with files that grow.
pub(crate) struct Logs(TempDir);

impl Logs {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Appends to a file, which is made if it is not there.
    pub(crate) fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_ref()).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn cut(&self, name: &str) {
        OpenOptions::new().write(true).open(self.path(name)).unwrap().set_len(0).unwrap();
    }

    pub(crate) fn delete(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// A message without the folder.
    pub(crate) fn relative(&self, message: &str) -> String {
        message.replace(&format!("{}/", Path::display(self.0.path())), "")
    }
}
