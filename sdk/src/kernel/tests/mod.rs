//! The parts of the kernel against models of them.

mod batches;
mod bundled;
mod combined;
mod emitters;
mod joins;
mod maps;
mod packets;
mod routers;
mod rows;
mod splits;
mod together;
mod windowed;

use super::memory::MemoryBudget;
use super::{Batch, Consumer, Env, ManualClock, Push, Recycling, Scratch, ScratchFile, Shared, Stamp, Wake, Wiring};
use crate::window::{Pane, Window};
use crate::{Result, Step, Timestamp};
use parking_lot::Mutex;
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::io;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// The stamps that tests tell apart by their numbers.
fn stamp(number: u8) -> Stamp {
    let time = Timestamp::from_millis(i64::from(number % 3));
    let end = Timestamp::from_millis(i64::from(number / 3 % 2) + 10);
    let timing = if number < 9 { Pane::UNKNOWN } else { Pane::ONLY };
    Stamp { time, windows: (Window { start: Timestamp::MIN, end }).into(), pane: timing }
}

/// Often the same one several times.
fn stamps(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let runs = prop::collection::vec((0u8..12, 1usize..4), 1..=most.div_ceil(2));
    runs.prop_map(|runs| runs.into_iter().flat_map(|(stamp, n)| std::iter::repeat_n(stamp, n)).collect())
}

/// A batch of numbered elements, counted from `first`.
fn batch(first: u64, stamps: &[u8]) -> Batch<u64> {
    let mut batch = Batch::new();
    stamps.iter().zip(first..).for_each(|(number, value)| batch.push(value, &stamp(*number)));
    batch
}

fn rows<T: Clone>(batch: &Batch<T>) -> Vec<(T, Stamp)> {
    batch.values.iter().cloned().enumerate().map(|(row, value)| (value, batch.meta.get(row))).collect()
}

pub(crate) fn env(worker: usize, workers: usize, batch_size: usize, memory: usize) -> Rc<Env> {
    env_with(worker, workers, batch_size, MemoryBudget::new(memory))
}

fn env_with(worker: usize, workers: usize, batch_size: usize, memory: MemoryBudget) -> Rc<Env> {
    Rc::new(Env {
        worker,
        workers,
        batch_size,
        trace_elements: false,
        is_replay: false,
        seed: 0,
        version: None,
        memory: Arc::new(memory),
        scratch: Arc::new(InMemory),
        clock: Arc::new(ManualClock::default()),
        wake: Arc::new(NoWake),
        recycling: Recycling::new(workers),
        shared: Arc::new(Shared::default()),
    })
}

/// Nobody sleeps.
struct NoWake;

impl Wake for NoWake {
    fn wake_all(&self) {}

    fn wake(&self, _worker: usize) {}
}

fn step() -> Arc<Step> {
    Arc::new(Step { name: "Test".into(), location: Location::caller() })
}

/// Scratch files that are vectors.
struct InMemory;

impl Scratch for InMemory {
    fn create(&self) -> io::Result<Arc<dyn ScratchFile>> {
        Ok(Arc::new(Bytes(Mutex::default())))
    }
}

struct Bytes(Mutex<Vec<u8>>);

impl ScratchFile for Bytes {
    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut all = self.0.lock();
        all.extend_from_slice(bytes);
        Ok((all.len() - bytes.len()) as u64)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let all = self.0.lock();
        let from = &all[offset as usize..];
        into.copy_from_slice(&from[..into.len()]);
        Ok(())
    }
}

/// Keeps what is pushed.
struct Kept<T> {
    rows: Rc<RefCell<Vec<(T, Stamp)>>>,
    largest: Rc<Cell<usize>>,
}

impl<T: Clone> Push<T> for Kept<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.largest.set(self.largest.get().max(batch.len()));
        self.rows.borrow_mut().extend(rows(batch));
        batch.values.clear();
        Ok(())
    }
}

/// A step with one output, and what comes out of it.
pub(crate) struct Rig<'a, T> {
    pub(crate) wiring: Wiring<'a>,
    pub(crate) rows: Rc<RefCell<Vec<(T, Stamp)>>>,
    largest: Rc<Cell<usize>>,
}

impl<'a, T: Clone + 'static> Rig<'a, T> {
    pub(crate) fn new(env: &'a Rc<Env>) -> Self {
        let (rows, largest) = (Rc::default(), Rc::default());
        let mut wiring = Wiring { id: 0, step: step(), env, outputs: vec![vec![]], flows: vec![Rc::default()] };
        let kept = Kept { rows: Rc::clone(&rows), largest: Rc::clone(&largest) };
        let consumer = Consumer::exclusive(&wiring, Rc::new(RefCell::new(kept)));
        wiring.outputs[0].push(consumer.erase());
        Self { wiring, rows, largest }
    }
}
