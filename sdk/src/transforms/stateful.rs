//! Keyed user code with state and timers.

use super::elementwise::PAR_DO;
use crate::graph::{Body, NodeId};
use crate::kernel::keyed::RunStateful;
use crate::label::short_type_name;
use crate::pipeline::StepSpec;
use crate::state::{StateSpec, StatefulDoFn};
use crate::window::WindowingStrategy;
use crate::{Element, Error, ErrorKind, Key, PCollection, Result};
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Runs a [`StatefulDoFn`], which remembers something for each key and window, and can set timers.
    ///
    /// A key has one owner among the workers, so its values come one after the other; in no particular order of time,
    /// unless the function [asks for that](StatefulDoFn::REQUIRES_TIME_SORTED_INPUT). A value whose window has expired
    /// is dropped, and counted as `dropped_late`, or [kept](Self::keeping_late_data). Elements stay in their windows.
    ///
    /// A stateful step should be [named](Self::named): saved state is found by the name of its step. Windows that merge,
    /// such as sessions, have no state of their own before they have been merged: the step is refused, and may follow a
    /// `group_by_key`.
    ///
    /// [`StatefulDoFn`] has an example.
    #[track_caller]
    pub fn par_do_stateful<D: StatefulDoFn<K, V>>(&self, dofn: D) -> PCollection<D::Out>
    where
        K: Key,
    {
        stateful_step(self, dofn).1
    }
}

/// A step that runs a function with state, and its first output.
#[track_caller]
pub(super) fn stateful_step<K: Key, V: Element, D: StatefulDoFn<K, V>>(
    input: &PCollection<(K, V)>,
    dofn: D,
) -> (NodeId, PCollection<D::Out>) {
    let (pipeline, windowing) = (&input.pipeline, input.windowing());
    let shuffle = Arc::new(RunStateful::<K, V, D>::new(dofn, windowing.allowed_lateness()));
    let body = Body::Shuffle { shuffle, liftable: false };
    let checked = input.check_stays("a function with state").and_then(|()| check_windows(windowing));
    let spec = StepSpec { label: short_type_name::<D>(), urn: PAR_DO, inputs: vec![input.id], body };
    let node = pipeline.add_windowed(spec, checked);
    let out = pipeline.add_output(node);
    pipeline.declare_state(out.id, D::State::FIELDS);
    (node, out)
}

/// Windows that are still to be merged have no identity by which state could be found.
fn check_windows(windowing: Arc<WindowingStrategy>) -> Result<Arc<WindowingStrategy>> {
    if !windowing.needs_merging() {
        return Ok(windowing);
    }
    let message = format!("state is kept for each window, and {} merge while elements come", windowing.window_fn());
    let help = "bring the values of a session together by `group_by_key` before, or use another windowing, such as \
                `.window(Windowing::global())` with a timer for the gap";
    Err(Error::new(ErrorKind::Graph, message).help(help))
}
