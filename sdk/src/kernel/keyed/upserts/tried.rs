//! The keys of a table that a worker owns: changes are made again when they fail, and then given up.

use super::{open, table_error};
use crate::kernel::guard::{catch, render};
use crate::kernel::latest::LatestOfKeys;
use crate::kernel::ops::{Delivering, Delivery, Failed, Letters, Retrying};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Env, Inbox, Meta, Operator, Packet, Pending, Push, Wiring};
use crate::window::Pane;
use crate::{BoxError, Element, Error, ErrorKind, FailureLimit, Key, Result, Retry, Step, Timestamp};
use crate::{UpsertSink, UpsertWriter};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Gathers what a bundle says of each key, and tries to make that so.
pub(super) struct TriedTable<K: Key, V: Element, S: UpsertSink<K, V>> {
    latest: LatestOfKeys<K, V>,
    changes: Batch<(K, V)>,
    tries: Retrying<(K, V), Delivering<TableDelivery<K, V, S>>>,
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> TriedTable<K, V, S> {
    pub(super) fn new(sink: S, wiring: &Wiring<'_>, retry: Retry, limit: Option<FailureLimit>) -> Self {
        let letters = Letters::new(wiring, limit).of_kind(ErrorKind::Io).that_stay();
        let (step, env) = (wiring.step.clone(), wiring.env.clone());
        let delivery = TableDelivery { sink, writer: None, step, env, _rows: PhantomData };
        let delivering = Delivering::new(wiring.env, delivery);
        let tries = Retrying::new(wiring, delivering, retry, wiring.env.batch_size_of::<(K, V)>(), letters);
        Self { latest: LatestOfKeys::new(), changes: Batch::new(), tries }
    }
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Inbox for TriedTable<K, V, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let HashedRows { batch, .. } = packet.open::<HashedRows<(K, V)>>();
        for (row, (key, value)) in batch.values.into_iter().enumerate() {
            self.latest.add(key, value, batch.meta.get(row));
        }
        Ok(())
    }
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Operator for TriedTable<K, V, S> {
    fn setup(&mut self) -> Result<()> {
        self.tries.setup()
    }

    fn finish_bundle(&mut self) -> Result<()> {
        for (row, stamp) in self.latest.take_rows() {
            self.changes.push(row, &stamp);
        }
        self.tries.push(&mut self.changes)?;
        self.tries.finish_bundle()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.tries.watermark(time)
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.tries.output_watermark(input)
    }

    fn is_busy(&self) -> bool {
        self.tries.is_busy()
    }

    fn is_full(&self) -> bool {
        self.tries.is_full()
    }

    fn can_be_full(&self) -> bool {
        self.tries.can_be_full()
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        self.tries.clock(now)
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.tries.alarm()
    }

    fn works_by_the_clock(&self) -> bool {
        self.tries.works_by_the_clock()
    }

    fn pending(&self) -> Option<Pending> {
        self.tries.pending()
    }

    fn end_early(&mut self) -> Result<()> {
        self.tries.end_early()
    }

    fn teardown(&mut self) {
        self.tries.teardown();
    }
}

/// The writer of a table. A change can be made twice, so one that has failed in a way that nobody knows is replaced by
/// another, and given everything again.
struct TableDelivery<K, V, S: UpsertSink<K, V>> {
    sink: S,
    writer: Option<S::Writer>,
    step: Arc<Step>,
    env: Rc<Env>,
    _rows: PhantomData<(K, V)>,
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Delivery<(K, V)> for TableDelivery<K, V, S> {
    fn set_up(&mut self) -> Result<()> {
        self.begin()?.map_err(|error| table_error(&self.step, error))
    }

    fn begin(&mut self) -> Result<Result<(), BoxError>> {
        if self.writer.is_some() {
            return Ok(Ok(()));
        }
        let opened = open(&self.sink, &self.env, &self.step)?;
        Ok(opened.map(|writer| self.writer = Some(writer)))
    }

    fn write(&mut self, rows: &Batch<(K, V)>, row: usize) -> Result<Result<(), BoxError>> {
        let Some(writer) = &mut self.writer else { return Ok(Ok(())) };
        let ((key, value), is_deleted) = (&rows.values[row], rows.meta.takes_back(row));
        let change = || if is_deleted { writer.delete(key.clone()) } else { writer.upsert(key.clone(), value.clone()) };
        catch(&self.step, change).map_err(|panic| panic.at(render(&rows.values[row])))
    }

    fn deliver(&mut self) -> Result<Result<(), BoxError>> {
        let Some(writer) = &mut self.writer else { return Ok(Ok(())) };
        catch(&self.step, || writer.flush())
    }

    fn has_refused(&mut self) {
        self.writer = None;
    }

    fn unclear(&mut self, given: usize, error: BoxError) -> Result<Failed> {
        self.writer = None;
        Ok(Failed { done: 0, rows: 0..given, error })
    }

    fn stamps(&self, rows: &Meta) -> Meta {
        let mut stamps = rows.clone();
        stamps.pane.update(|pane: &mut Pane| *pane = pane.staying());
        stamps
    }

    fn fatal(&self, error: BoxError) -> Error {
        table_error(&self.step, error)
    }

    fn tear_down(&mut self) {
        self.writer = None;
    }
}
