//! A sink that collects, and that knows whether it has been treated as the protocol of sinks says.

use beamline::{BoxError, Element, Shard, Sink, Writer};
use std::sync::{Arc, Mutex, MutexGuard};

/// Collects what is written; clones are the same sink.
#[derive(Clone)]
pub(crate) struct Collect<T> {
    shards: Option<u32>,
    log: Arc<Mutex<Log<T>>>,
}

/// What has happened to a sink.
struct Log<T> {
    begun: usize,
    opened: Vec<Shard>,
    dropped: Vec<u32>,
    prepared: usize,
    committed: Option<Vec<(u32, Vec<T>)>>,
    aborted: Option<Vec<u32>>,
}

impl<T: Element> Collect<T> {
    /// A sink with one shard per worker.
    pub(crate) fn new() -> Self {
        Self::with_shards(None)
    }

    pub(crate) fn with_shards(shards: Option<u32>) -> Self {
        let log = Log { begun: 0, opened: vec![], dropped: vec![], prepared: 0, committed: None, aborted: None };
        Self { shards, log: Arc::new(Mutex::new(log)) }
    }

    fn log(&self) -> MutexGuard<'_, Log<T>> {
        self.log.lock().unwrap()
    }

    /// Everything that has been committed.
    pub(crate) fn take(&self) -> Vec<T> {
        let mut log = self.log();
        let committed = log.committed.take().expect("the sink has been committed");
        assert_eq!((log.begun, &log.aborted, &log.dropped), (1, &None, &vec![]));
        let count = log.opened[0].count;
        assert!(self.shards.is_none_or(|n| n == count));
        assert!(log.opened.iter().all(|shard| shard.count == count));
        let mut opened: Vec<u32> = log.opened.iter().map(|shard| shard.index).collect();
        opened.sort_unstable();
        assert!(opened.into_iter().eq(0..count), "every shard is opened once");
        assert!(committed.iter().map(|(index, _)| *index).eq(0..count), "commits come in the order of shards");
        committed.into_iter().flat_map(|(_, values)| values).collect()
    }

    /// That nothing is visible and nothing is left behind.
    pub(crate) fn assert_nothing_is_left(&self) {
        let log = self.log();
        assert!(log.committed.is_none(), "a sink was committed by a run that failed");
        let mut undone = log.aborted.clone().unwrap_or_default();
        assert_eq!(undone.len(), log.prepared, "what is prepared is aborted");
        undone.extend(&log.dropped);
        undone.sort_unstable();
        let mut opened: Vec<u32> = log.opened.iter().map(|shard| shard.index).collect();
        opened.sort_unstable();
        assert_eq!(opened, undone, "opened, and dropped or aborted");
        assert!(log.begun == 0 || log.aborted.is_some(), "a sink that has begun hears of the end");
    }
}

impl<T: Element> Sink<T> for Collect<T> {
    type Writer = Collecting<T>;
    type Commit = (u32, Vec<T>);

    fn label(&self) -> String {
        "Collect".into()
    }

    fn shards(&self) -> Option<u32> {
        self.shards
    }

    fn begin(&self) -> Result<(), BoxError> {
        self.log().begun += 1;
        Ok(())
    }

    fn open(&self, shard: Shard) -> Result<Collecting<T>, BoxError> {
        self.log().opened.push(shard);
        Ok(Collecting { sink: self.clone(), index: shard.index, values: Vec::new(), is_prepared: false })
    }

    fn commit(&self, prepared: Vec<(u32, Vec<T>)>) -> Result<(), BoxError> {
        let before = self.log().committed.replace(prepared);
        assert!(before.is_none(), "a sink is committed once");
        Ok(())
    }

    fn abort(&self, prepared: Vec<(u32, Vec<T>)>) {
        let before = self.log().aborted.replace(prepared.into_iter().map(|(index, _)| index).collect());
        assert!(before.is_none(), "a sink is aborted once");
    }
}

/// Collects one shard.
pub(crate) struct Collecting<T: Element> {
    sink: Collect<T>,
    index: u32,
    values: Vec<T>,
    is_prepared: bool,
}

impl<T: Element> Writer<T> for Collecting<T> {
    type Commit = (u32, Vec<T>);

    fn write(&mut self, element: T) -> Result<(), BoxError> {
        self.values.push(element);
        Ok(())
    }

    fn prepare(mut self) -> Result<(u32, Vec<T>), BoxError> {
        self.is_prepared = true;
        self.sink.log().prepared += 1;
        Ok((self.index, std::mem::take(&mut self.values)))
    }
}

impl<T: Element> Drop for Collecting<T> {
    fn drop(&mut self) {
        if !self.is_prepared {
            self.sink.log().dropped.push(self.index);
        }
    }
}
