//! The keys of a table that a worker owns.

use super::{open, table_error};
use crate::kernel::guard::catch;
use crate::kernel::latest::LatestOfKeys;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::witness::Witness;
use crate::kernel::{Env, Flow, Inbox, Operator, Packet, Wiring};
use crate::transforms::Upsert;
use crate::{Element, Key, Result, Step, UpsertSink, UpsertWriter};
use std::rc::Rc;
use std::sync::Arc;

/// Writes the keys that this worker owns.
pub(super) struct Table<K, V, S: UpsertSink<K, V>> {
    sink: S,
    writer: Option<S::Writer>,
    latest: LatestOfKeys<K, V>,
    witness: Witness<Upsert<K, V>>,
    step: Arc<Step>,
    env: Rc<Env>,
    written: Rc<Flow>,
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Table<K, V, S> {
    pub(super) fn new(sink: S, wiring: &Wiring<'_>) -> Self {
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
        let changes = changes.and_then(|result| result.map_err(|error| table_error(step, error)));
        changes.map_err(|error| witness.blame(error))
    }

    fn flush(&mut self) -> Result<()> {
        let Self { writer: Some(writer), step, .. } = self else { return Ok(()) };
        catch(step, || writer.flush())?.map_err(|error| table_error(step, error))
    }
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
        let opened = open(&self.sink, &self.env, &self.step)?;
        self.writer = Some(opened.map_err(|error| table_error(&self.step, error))?);
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
