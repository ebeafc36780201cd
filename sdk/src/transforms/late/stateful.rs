//! Functions with state.

use super::{KeepingLateData, LateFrom, WithLateData};
use crate::state::StatefulDoFn;
use crate::transforms::stateful::stateful_step;
use crate::{Element, Key, PCollection};

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::par_do_stateful`].
    #[track_caller]
    pub fn par_do_stateful<D: StatefulDoFn<K, V>>(&self, dofn: D) -> WithLateData<D::Out, PCollection<(K, V)>> {
        let (node, results) = stateful_step(&self.0, dofn);
        let late = if self.0.is_bounded() { LateFrom::Nothing } else { LateFrom::Outputs(node) };
        WithLateData { results, late: late.next(&self.0) }
    }
}
