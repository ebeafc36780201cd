//! A table in memory.

use super::{UpsertSink, UpsertWriter};
use crate::{BoxError, Element, Key, Shard, Upsert};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A table in memory that a pipeline keeps up to date, and that others read while it runs: what a page of a website shows,
/// for example.
///
/// It is a handle: its clones are the same table. Changes that came together are seen together. A run does not empty the
/// table, and what a failed run has written stays.
///
/// ```
/// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
/// use beamline_sdk::{Pipeline, Timestamp, UpsertTable, combine::Sum, testing::TestStream};
///
/// let totals = UpsertTable::new();
/// let p = Pipeline::new();
/// let at = Timestamp::from_millis;
/// let points = p.apply(TestStream::new().element(at(1), ("ann".to_owned(), 3u64)).element(at(2), ("ann".to_owned(), 4)));
/// let each = Trigger::repeatedly(Trigger::after_count(1));
/// let so_far = Windowing::global().trigger(each, Accumulation::Accumulating);
/// points.window(so_far).combine_per_key(Sum).write_upserts(totals.clone());
/// // While the pipeline runs on other threads, and after that:
/// assert_eq!(totals.get("ann"), None);
/// println!("{:?}", totals.snapshot());
/// ```
pub struct UpsertTable<K, V> {
    name: Arc<str>,
    rows: Arc<RwLock<HashMap<K, V>>>,
}

impl<K, V> Clone for UpsertTable<K, V> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), rows: self.rows.clone() }
    }
}

impl<K, V> Default for UpsertTable<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> UpsertTable<K, V> {
    /// An empty table.
    pub fn new() -> Self {
        Self { name: "UpsertTable".into(), rows: Arc::default() }
    }

    /// Gives it a name: that of the step that writes it, unless the step has one of its own.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The number of keys that have a value.
    pub fn len(&self) -> usize {
        self.read().len()
    }

    /// Whether no key has a value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A writer changes one row after the other and cannot leave half of one, so a table is good after a panic, too.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<K, V>> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Key, V: Element> UpsertTable<K, V> {
    /// The value that a key has now.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        self.read().get(key).cloned()
    }

    /// A copy of all keys that have a value now, and their values.
    pub fn snapshot(&self) -> HashMap<K, V> {
        self.read().clone()
    }

    fn apply(&self, changes: impl IntoIterator<Item = Upsert<K, V>>) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                Upsert::Put(key, value) => drop(rows.insert(key, value)),
                Upsert::Delete(key) => drop(rows.remove(&key)),
            }
        }
    }
}

impl<K: Key, V: Element> UpsertSink<K, V> for UpsertTable<K, V> {
    type Writer = TableWriter<K, V>;

    fn label(&self) -> String {
        (*self.name).to_owned()
    }

    fn open(&self, _: Shard) -> Result<TableWriter<K, V>, BoxError> {
        Ok(TableWriter { table: self.clone(), changes: Vec::new() })
    }
}

/// Collects changes of an [`UpsertTable`], and makes them together.
pub struct TableWriter<K, V> {
    table: UpsertTable<K, V>,
    changes: Vec<Upsert<K, V>>,
}

impl<K: Key, V: Element> UpsertWriter<K, V> for TableWriter<K, V> {
    fn upsert(&mut self, key: K, value: V) -> Result<(), BoxError> {
        self.changes.push(Upsert::Put(key, value));
        Ok(())
    }

    fn delete(&mut self, key: K) -> Result<(), BoxError> {
        self.changes.push(Upsert::Delete(key));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BoxError> {
        self.table.apply(self.changes.drain(..));
        Ok(())
    }
}
