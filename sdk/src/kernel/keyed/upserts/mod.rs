//! Writing to a table with one value for each key: changes go to the owner of their key, which makes them in their order.
//!
//! A `table` whose writer fails fails the pipeline; with one that is `tried` changes are made again, and then given up.

mod table;
mod tried;

use super::route::HashSender;
use crate::kernel::guard::catch;
use crate::kernel::{Env, Link, Op, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::{BoxError, WriteFault};
use crate::{Element, Error, ErrorKind, FailureLimit, Key, Result, Retry, Shard, Step, UpsertSink};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use table::Table;
use tried::TriedTable;

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

/// The same with further attempts.
pub(crate) struct TryWriteUpserts<K, V, S> {
    sink: S,
    retry: Retry,
    limit: Arc<OnceLock<FailureLimit>>,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S> TryWriteUpserts<K, V, S> {
    pub(crate) fn new(sink: S, retry: Retry, limit: Arc<OnceLock<FailureLimit>>) -> Self {
        Self { sink, retry, limit, _rows: PhantomData }
    }
}

impl<K: Key, V: Element, S: UpsertSink<K, V>> Shuffle for TryWriteUpserts<K, V, S> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::keyed(wiring, HashSender::<K, V>::new(link, wiring.env))
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let table = TriedTable::<K, V, S>::new(self.sink.clone(), wiring, self.retry, self.limit.get().copied());
        let table = Rc::new(RefCell::new(table));
        Receiver { inboxes: vec![table.clone()], control: table }
    }
}

/// The writer of a worker, if the table can be opened.
fn open<K, V, S: UpsertSink<K, V>>(sink: &S, env: &Env, step: &Arc<Step>) -> Result<Result<S::Writer, BoxError>> {
    let shard = Shard { index: env.worker as u32, count: env.workers as u32 };
    catch(step, || sink.open(shard))
}

/// An error of a table that fails the pipeline.
fn table_error(step: &Arc<Step>, error: BoxError) -> Error {
    Error::of(ErrorKind::Io, WriteFault::cause_of(error)).in_step(step)
}
