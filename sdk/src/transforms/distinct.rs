//! Every element once.

use crate::combine::CombineFn;
use crate::{Element, Key, PCollection};

impl<T: Element> PCollection<T> {
    /// Every element once in each window, however often it occurs.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let distinct = p.create(["a", "b", "a"].map(str::to_owned)).distinct();
    /// ```
    #[track_caller]
    pub fn distinct(&self) -> Self
    where
        T: Key,
    {
        let scope = self.pipeline.open_scope("Distinct".into(), true);
        let distinct = self.rearrange("Pair", |element| (element, ())).combine_per_key(Once).keys();
        drop(scope);
        distinct
    }
}

/// Keeps nothing: the key says it all.
#[derive(Clone)]
pub(super) struct Once;

impl CombineFn<()> for Once {
    type Acc = ();
    type Out = ();
    fn create(&self) {}
    fn add(&self, (): &mut (), (): ()) {}
    fn merge(&self, (): &mut (), (): ()) {}
    fn extract(&self, (): ()) {}
}
