//! Grouping several collections by a common key.

use super::group::GROUP_BY_KEY;
use super::grouping::windowing_of_all;
use crate::graph::{Body, CollectionId};
use crate::kernel::ShuffleFactory;
use crate::kernel::keyed::{CoGroup, Rows};
use crate::pipeline::StepSpec;
use crate::{Element, Key, PCollection, Pipeline, Values};
use std::sync::Arc;

/// What [`PCollection::co_group`] takes: another collection, or a tuple of two to five.
pub trait CoGroupWith<K: Key, V: Element> {
    /// The values of a key: a tuple of [`Values`], one for each collection.
    type Groups: Element;
    #[doc(hidden)]
    fn ids(&self) -> Vec<(CollectionId, Pipeline)>;
    #[doc(hidden)]
    fn shuffle() -> ShuffleFactory;
}

impl<K: Key, V: Element, A: Element> CoGroupWith<K, V> for &PCollection<(K, A)> {
    type Groups = (Values<V>, Values<A>);
    fn ids(&self) -> Vec<(CollectionId, Pipeline)> {
        vec![(self.id, self.pipeline.clone())]
    }
    fn shuffle() -> ShuffleFactory {
        Arc::new(CoGroup::<K, (Rows<K, V>, Rows<K, A>)>::new())
    }
}

macro_rules! co_group_with {
    ($($W:ident $index:tt),+) => {
        impl<K: Key, V: Element, $($W: Element),+> CoGroupWith<K, V> for ($(&PCollection<(K, $W)>,)+) {
            type Groups = (Values<V>, $(Values<$W>),+);
            fn ids(&self) -> Vec<(CollectionId, Pipeline)> {
                vec![$((self.$index.id, self.$index.pipeline.clone())),+]
            }
            fn shuffle() -> ShuffleFactory {
                Arc::new(CoGroup::<K, (Rows<K, V>, $(Rows<K, $W>),+)>::new())
            }
        }
    };
}

co_group_with!(A 0, B 1);
co_group_with!(A 0, B 1, C 2);
co_group_with!(A 0, B 1, C 2, D 3);
co_group_with!(A 0, B 1, C 2, D 3, E 4);

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Brings the values of each key of several collections together (`CoGroupByKey` in Beam): with one other, or with
    /// a tuple of up to five.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let emails = p.create([("ann".to_owned(), "ann@example.org".to_owned())]);
    /// let phones = p.create([("ann".to_owned(), 4711), ("bob".to_owned(), 815)]);
    /// let visits = p.create([("bob".to_owned(), 1.5)]);
    /// let contacts = emails.co_group((&phones, &visits)).map(|(name, (emails, phones, visits))| {
    ///     format!("{name}: {} addresses, {} numbers, {} visits", emails.len(), phones.len(), visits.len())
    /// });
    /// ```
    #[track_caller]
    pub fn co_group<W: CoGroupWith<K, V>>(&self, others: W) -> PCollection<(K, W::Groups)>
    where
        K: Key,
    {
        let others = others.ids();
        let all = || std::iter::once((self.id, &self.pipeline)).chain(others.iter().map(|(id, p)| (*id, p)));
        let windowing = windowing_of_all(all(), &self.pipeline);
        let inputs = all().map(|(id, _)| id).collect();
        let body = Body::Shuffle { shuffle: W::shuffle(), liftable: false };
        let spec = StepSpec { label: "CoGroup".into(), urn: GROUP_BY_KEY, inputs, body };
        let node = self.pipeline.add_windowed(spec, windowing);
        self.pipeline.add_output(node)
    }
}
