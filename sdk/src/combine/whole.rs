//! Combining what has been combined in parts.

use super::CombineFn;
use std::marker::PhantomData;

/// A combiner of accumulators.
pub(crate) struct Whole<V, C> {
    combine: C,
    _values: PhantomData<fn(V)>,
}

impl<V, C> Whole<V, C> {
    pub(crate) fn new(combine: C) -> Self {
        Self { combine, _values: PhantomData }
    }
}

impl<V, C: Clone> Clone for Whole<V, C> {
    fn clone(&self) -> Self {
        Self::new(self.combine.clone())
    }
}

impl<V: 'static, C: CombineFn<V>> CombineFn<C::Acc> for Whole<V, C> {
    type Acc = C::Acc;
    type Out = C::Out;
    fn name(&self) -> String {
        self.combine.name()
    }
    fn create(&self) -> C::Acc {
        self.combine.create()
    }
    fn add(&self, acc: &mut C::Acc, part: C::Acc) {
        self.combine.merge(acc, part);
    }
    fn merge(&self, acc: &mut C::Acc, other: C::Acc) {
        self.combine.merge(acc, other);
    }
    fn extract(&self, acc: C::Acc) -> C::Out {
        self.combine.extract(acc)
    }
    fn has_default(&self) -> bool {
        self.combine.has_default()
    }
}
