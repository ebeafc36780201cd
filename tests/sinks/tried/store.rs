//! A sink in memory, with faults that tests ask for.

use beamline::{BoxError, Shard, Sink, WriteFault, Writer};
use std::sync::{Arc, Mutex};

/// What is to go wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    /// Multiples of it are refused.
    pub(super) refused: Option<u64>,
    /// Only every so manyth delivery succeeds; the others deliver half of what is there.
    pub(super) away: Option<u64>,
    /// Deliveries fail with an error that says nothing of elements, or with one that says that all is lost.
    pub(super) unclear: bool,
    pub(super) broken: bool,
    /// More elements are not delivered than there are.
    pub(super) lying: bool,
}

/// Keeps rows in memory.
#[derive(Clone, Default)]
pub(super) struct Store {
    faults: Faults,
    shards: Option<u32>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// With the shard that has delivered it.
    delivered: Vec<(u32, u64)>,
    deliveries: u64,
    committed: Vec<u32>,
    left_to_step: u32,
}

impl Store {
    pub(super) fn with(faults: Faults, shards: Option<u32>) -> Self {
        Self { faults, shards, state: Arc::default() }
    }

    /// What has been delivered by one shard, in its order.
    pub(super) fn rows_of(&self, shard: u32) -> Vec<u64> {
        self.state.lock().unwrap().delivered.iter().filter(|row| row.0 == shard).map(|row| row.1).collect()
    }

    /// What has been delivered, sorted.
    pub(super) fn rows(&self) -> Vec<u64> {
        super::sorted(self.state.lock().unwrap().delivered.iter().map(|row| row.1).collect())
    }

    /// The shards that have been committed.
    pub(super) fn committed(&self) -> Vec<u32> {
        self.state.lock().unwrap().committed.clone()
    }

    /// How many writers have been told that the step tries again.
    pub(super) fn left_to_step(&self) -> u32 {
        self.state.lock().unwrap().left_to_step
    }
}

impl Sink<u64> for Store {
    type Writer = StoreWriter;
    type Commit = u32;

    fn label(&self) -> String {
        "store".to_owned()
    }

    fn shards(&self) -> Option<u32> {
        self.shards
    }

    fn open(&self, shard: Shard) -> Result<StoreWriter, BoxError> {
        Ok(StoreWriter { store: self.clone(), shard, gathered: Vec::new() })
    }

    fn commit(&self, prepared: Vec<u32>) -> Result<(), BoxError> {
        self.state.lock().unwrap().committed = prepared;
        Ok(())
    }

    fn abort(&self, _: Vec<u32>) {}
}

pub(super) struct StoreWriter {
    store: Store,
    shard: Shard,
    gathered: Vec<u64>,
}

impl StoreWriter {
    fn deliver(&mut self) -> Result<(), BoxError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let (shard, faults) = (self.shard.index, self.store.faults);
        let mut state = self.store.state.lock().unwrap();
        state.deliveries += 1;
        if faults.away.is_none_or(|n| state.deliveries.is_multiple_of(n)) {
            state.delivered.extend(self.gathered.drain(..).map(|row| (shard, row)));
            return Ok(());
        }
        let half = self.gathered.len() / 2;
        state.delivered.extend(self.gathered.drain(..half).map(|row| (shard, row)));
        let left = std::mem::take(&mut self.gathered).len();
        match faults {
            Faults { unclear: true, .. } => Err("something happened".into()),
            Faults { broken: true, .. } => Err(WriteFault::broken("the store is damaged").into()),
            Faults { lying: true, .. } => Err(WriteFault::undelivered(left + 1000, "the store is away").into()),
            _ => Err(WriteFault::undelivered(left, "the store is away").into()),
        }
    }
}

impl Writer<u64> for StoreWriter {
    type Commit = u32;

    fn leave_retries(&mut self) {
        self.store.state.lock().unwrap().left_to_step += 1;
    }

    fn write(&mut self, row: u64) -> Result<(), BoxError> {
        if self.store.faults.refused.is_some_and(|n| row.is_multiple_of(n)) {
            return Err(format!("{row} cannot be stored").into());
        }
        self.gathered.push(row);
        // In the middle of a bundle too.
        if self.gathered.len() < 5 { Ok(()) } else { self.deliver() }
    }

    fn finish_bundle(&mut self) -> Result<(), BoxError> {
        self.deliver()
    }

    fn prepare(mut self) -> Result<u32, BoxError> {
        self.deliver().map(|()| self.shard.index)
    }
}
