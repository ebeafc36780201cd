//! Elements that are taken back, as elements.

use crate::kernel::latest::LatestOfKeys;
use crate::kernel::{Batch, Emitter, Operator, Output, Push, Wiring};
use crate::transforms::{Change, Upsert};
use crate::window::Mark;
use crate::{Element, Key, Result};

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
    latest: LatestOfKeys<K, V>,
    out: Emitter<Upsert<K, V>>,
}

impl<K: Key, V: Element> ToUpserts<K, V> {
    pub(crate) fn new(wiring: &Wiring<'_>) -> Self {
        Self { latest: LatestOfKeys::new(), out: wiring.emitter(0) }
    }
}

impl<K: Key, V: Element> Push<(K, V)> for ToUpserts<K, V> {
    fn push(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        for (row, (key, value)) in batch.values.drain(..).enumerate() {
            self.latest.add(key, value, batch.meta.get(row));
        }
        Ok(())
    }
}

impl<K: Key, V: Element> Operator for ToUpserts<K, V> {
    fn finish_bundle(&mut self) -> Result<()> {
        for (upsert, stamp) in self.latest.take() {
            self.out.emit_with(upsert, &stamp);
        }
        self.out.flush()
    }
}
