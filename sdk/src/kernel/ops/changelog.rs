//! Elements that are taken back, as elements.

use crate::kernel::{Batch, Emitter, Operator, Output, Push, Stamp, Wiring};
use crate::transforms::{Change, Upsert};
use crate::window::Mark;
use crate::{Element, Key, Result, coder};
use std::collections::HashMap;

/// Makes a [`Change`] of every element.
pub(crate) struct ToChangelog<T>(Output<Change<T>>);

impl<T: Element> ToChangelog<T> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self(wiring.output(0))
    }
}

impl<T: Element> Push<T> for ToChangelog<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let Batch { values, mut meta } = batch.take();
        let change = |(row, value)| {
            let is_retraction = meta.pane.get(row).is_retraction();
            if is_retraction { Change::Retract(value) } else { Change::Insert(value) }
        };
        let values = values.into_iter().enumerate().map(change).collect();
        meta.pane.update(|pane| *pane = pane.marked(Mark::None));
        self.0.push(&mut Batch { values, meta })
    }
}

impl<T> Operator for ToChangelog<T> {}

/// Makes an [`Upsert`] of the latest that a bundle says of each key.
pub(crate) struct ToUpserts<K, V> {
    /// Where a key is among the upserts.
    places: HashMap<K, usize>,
    upserts: Vec<(Upsert<K, V>, Stamp)>,
    out: Emitter<Upsert<K, V>>,
}

impl<K: Key, V: Element> ToUpserts<K, V> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self { places: HashMap::new(), upserts: Vec::new(), out: wiring.emitter(0) }
    }

    fn add(&mut self, key: K, value: V, mut stamp: Stamp) {
        let is_retraction = stamp.pane.is_retraction();
        stamp.pane = stamp.pane.marked(Mark::None);
        let known = self.places.get(&key).map(|place| &mut self.upserts[*place]);
        if is_retraction && known.as_ref().is_some_and(|(upsert, _)| puts_another(upsert, &value)) {
            return;
        }
        let upsert = if is_retraction { Upsert::Delete(key.clone()) } else { Upsert::Put(key.clone(), value) };
        if let Some(known) = known {
            *known = (upsert, stamp);
        } else {
            self.places.insert(key, self.upserts.len());
            self.upserts.push((upsert, stamp));
        }
    }
}

/// Whether a value has already been replaced by what an upsert puts in its place.
fn puts_another<K, V: Element>(upsert: &Upsert<K, V>, value: &V) -> bool {
    let code = |value: &V| {
        let mut bytes = Vec::new();
        coder::encode(value, &mut bytes).map(|()| bytes).ok()
    };
    matches!(upsert, Upsert::Put(_, other) if code(other) != code(value))
}

impl<K: Key, V: Element> Push<(K, V)> for ToUpserts<K, V> {
    fn push(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        for (row, (key, value)) in batch.values.drain(..).enumerate() {
            self.add(key, value, batch.meta.get(row));
        }
        Ok(())
    }
}

impl<K: Key, V: Element> Operator for ToUpserts<K, V> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.places.clear();
        for (upsert, stamp) in self.upserts.drain(..) {
            self.out.emit_with(upsert, &stamp);
        }
        self.out.flush()
    }
}
