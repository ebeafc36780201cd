//! Writing to a table with one value for each key: changes go to the owner of their key, which makes them in their order.

use super::route::HashSender;
use crate::kernel::guard::{Witness, catch};
use crate::kernel::latest::LatestOfKeys;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Env, Flow, Inbox, Link, Op, Operator, Packet, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::transforms::Upsert;
use crate::{BoxError, Element, Error, ErrorKind, Key, Result, Shard, Step, UpsertSink, UpsertWriter};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a step that writes upserts.
pub(crate) struct WriteUpserts<K, V, S> {
    sink: S,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S> WriteUpserts<K, V, S> {
    pub(crate) fn new(sink: S) -> Self {
        Self { sink, _rows: PhantomData }
    }
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Shuffle for WriteUpserts<K, V, S> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::keyed(wiring, HashSender::<K, V>::new(link, wiring.env))
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let table = Rc::new(RefCell::new(Table::<K, V, S>::new(self.sink.clone(), wiring)));
        Receiver { inboxes: vec![table.clone()], control: table }
    }
}

/// Writes the keys that this worker owns.
struct Table<K, V, S: UpsertSink<K, V>> {
    sink: S,
    writer: Option<S::Writer>,
    latest: LatestOfKeys<K, V>,
    witness: Witness<Upsert<K, V>>,
    step: Arc<Step>,
    env: Rc<Env>,
    written: Rc<Flow>,
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Table<K, V, S> {
    fn new(sink: S, wiring: &Wiring<'_>) -> Self {
        Self {
            sink,
            writer: None,
            latest: LatestOfKeys::new(),
            witness: Witness::new(wiring.env.trace_elements),
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            written: wiring.flows.first().cloned().unwrap_or_default(),
        }
    }

    /// Makes the changes of a bundle.
    fn write(&mut self) -> Result<()> {
        let Self { writer: Some(writer), latest, witness, step, written, .. } = self else { return Ok(()) };
        let changes = catch(step, || {
            latest.take().try_for_each(|(upsert, _)| {
                witness.see(&upsert);
                written.count(1);
                match upsert {
                    Upsert::Put(key, value) => writer.upsert(key, value),
                    Upsert::Delete(key) => writer.delete(key),
                }
            })
        });
        let changes = changes.and_then(|result| table_error(step, result));
        changes.map_err(|error| witness.blame(error))
    }

    fn flush(&mut self) -> Result<()> {
        let Self { writer: Some(writer), step, .. } = self else { return Ok(()) };
        catch(step, || writer.flush()).and_then(|result| table_error(step, result))
    }
}

fn table_error<T>(step: &Arc<Step>, result: Result<T, BoxError>) -> Result<T> {
    result.map_err(|error| Error::wrap(ErrorKind::Io, error).in_step(step))
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Inbox for Table<K, V, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let HashedRows { batch, .. } = packet.open::<HashedRows<(K, V)>>();
        for (row, (key, value)) in batch.values.into_iter().enumerate() {
            self.latest.add(key, value, batch.meta.get(row));
        }
        Ok(())
    }
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Operator for Table<K, V, S> {
    fn setup(&mut self) -> Result<()> {
        let shard = Shard { index: self.env.worker as u32, count: self.env.workers as u32 };
        let opened = catch(&self.step, || self.sink.open(shard)).and_then(|result| table_error(&self.step, result));
        self.writer = Some(opened?);
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        if self.latest.is_empty() {
            return Ok(());
        }
        self.write()?;
        self.flush()
    }
}
