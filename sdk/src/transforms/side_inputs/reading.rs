//! Functions that read side inputs.

use crate::graph::builder::{NodeSpec, PipelineId};
use crate::graph::{Body, NodeId};
use crate::kernel::Op;
use crate::kernel::ops::{ParDo, WithSideOp};
use crate::label::short_type_name;
use crate::pipeline::{Template, fused};
use crate::side_input::SideInputs;
use crate::transforms::elementwise::PAR_DO;
use crate::window::Window;
use crate::{DoFn, Element, Emit, Error, ErrorKind, PCollection, Result};

/// A collection with side inputs, waiting for the function that reads them.
#[must_use = "side inputs do nothing until a function reads them"]
pub struct WithSide<T, S> {
    pub(in crate::transforms) main: PCollection<T>,
    pub(super) side: S,
}

impl<T: Element, S: SideInputs> WithSide<T, S> {
    /// The results of a step.
    fn results<O: 'static>(&self, step: NodeId) -> PCollection<O> {
        self.main.pipeline.add_output(step)
    }

    #[track_caller]
    fn step(&self, label: String, body: Body) -> NodeId {
        let views = self.side.nodes();
        let readable = views.iter().try_for_each(|(pipeline, view)| self.check_view(*pipeline, *view));
        let node = self.main.pipeline.add_node(NodeSpec {
            label,
            urn: PAR_DO,
            inputs: vec![self.main.id],
            side_inputs: views.into_iter().map(|(_, node)| node).collect(),
            body,
            sink: None,
            windowing: None,
        });
        readable.err().into_iter().for_each(|error| self.main.pipeline.fail(node, error));
        node
    }

    /// Whether elements of the main input can tell what of a side input they read.
    fn check_view(&self, pipeline: PipelineId, view: NodeId) -> Result<()> {
        if pipeline != self.main.pipeline.id() {
            return Err(Error::new(ErrorKind::Graph, "a side input of it belongs to another pipeline"));
        }
        let side = self.main.pipeline.with_builder(|builder| builder.windowing_of_view(view));
        let window_fn = side.window_fn();
        if window_fn.merges() || self.main.windowing().window_fn().is_global() {
            window_fn.side_input_window(Window::GLOBAL)?;
        }
        Ok(())
    }

    #[track_caller]
    fn emitting<O: Element, F>(&self, label: &str, f: F) -> NodeId
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut crate::kernel::Emitter<O>) + Clone + Send + 'static,
    {
        let (f, side, lateness) = (Template::new(f), self.side.clone(), self.main.windowing().allowed_lateness());
        let body = fused::<T>(move |wiring| {
            Op::single(wiring, WithSideOp::<T, O, S, _>::new(wiring, side.clone(), lateness, f.copy()))
        });
        self.step(label.to_owned(), body)
    }

    #[track_caller]
    pub(in crate::transforms) fn map_step<O: Element, F>(&self, f: F) -> NodeId
    where
        F: for<'a> Fn(T, S::Refs<'a>) -> O + Clone + Send + 'static,
    {
        self.emitting("MapWithSide", move |element, side, out| out.emit(f(element, side)))
    }

    #[track_caller]
    pub(in crate::transforms) fn flat_map_step<O: Element, F>(&self, f: F) -> NodeId
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut Emit<'_, O>) + Clone + Send + 'static,
    {
        self.emitting("FlatMapWithSide", move |element, side, out| f(element, side, &mut Emit::new(out)))
    }

    #[track_caller]
    pub(in crate::transforms) fn filter_step<F>(&self, f: F) -> NodeId
    where
        F: for<'a> Fn(&T, S::Refs<'a>) -> bool + Clone + Send + 'static,
    {
        self.emitting("FilterWithSide", move |element, side, out| {
            if f(&element, side) {
                out.emit(element);
            }
        })
    }

    #[track_caller]
    pub(in crate::transforms) fn par_do_step<D: DoFn<T, S>>(&self, dofn: D) -> NodeId {
        let (dofn, side, lateness) = (Template::new(dofn), self.side.clone(), self.main.windowing().allowed_lateness());
        let body =
            fused::<T>(move |wiring| Op::single(wiring, ParDo::new(wiring, dofn.copy(), side.clone(), lateness)));
        self.step(short_type_name::<D>(), body)
    }

    /// Applies a function to every element and the side inputs.
    #[track_caller]
    pub fn map<O: Element, F>(&self, f: F) -> PCollection<O>
    where
        F: for<'a> Fn(T, S::Refs<'a>) -> O + Clone + Send + 'static,
    {
        self.results(self.map_step(f))
    }

    /// Applies a function that emits any number of elements.
    #[track_caller]
    pub fn flat_map_with<O: Element, F>(&self, f: F) -> PCollection<O>
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut Emit<'_, O>) + Clone + Send + 'static,
    {
        self.results(self.flat_map_step(f))
    }

    /// Keeps the elements for which the predicate is true.
    #[track_caller]
    pub fn filter<F>(&self, f: F) -> PCollection<T>
    where
        F: for<'a> Fn(&T, S::Refs<'a>) -> bool + Clone + Send + 'static,
    {
        self.results(self.filter_step(f))
    }

    /// Runs a [`DoFn`] that reads the side inputs with [`Cx::side`](crate::Cx::side).
    #[track_caller]
    pub fn par_do<D: DoFn<T, S>>(&self, dofn: D) -> PCollection<D::Out> {
        self.results(self.par_do_step(dofn))
    }
}
