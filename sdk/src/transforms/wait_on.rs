//! Waiting until another collection is complete.

use super::elementwise::PAR_DO;
use crate::graph::builder::NodeSpec;
use crate::graph::{Body, NodeId};
use crate::kernel::keyed::Signal;
use crate::kernel::ops::WithSideOp;
use crate::kernel::{Emitter, Op};
use crate::pipeline::{StepSpec, fused};
use crate::window::{AnyWindowFn, GlobalWindows, Window};
use crate::{Element, Error, ErrorKind, PCollection, Result, View};
use std::marker::PhantomData;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// The same elements, each as soon as `signal` is complete in its window (`Wait.on` in Beam): to do one thing after
    /// another has been done, such as to read a table that is being written.
    ///
    /// The window of `signal` that counts is that which holds the last instant of the element's window, as for [side
    /// inputs](View). It is complete when the watermark of `signal` has passed its end by more than the lateness that is
    /// allowed there: no element of it can come any more, not even a late one. What the elements of `signal` are does not
    /// matter, nor whether there are any. A `signal` that has an end is complete in all windows at once, there.
    ///
    /// Elements that wait keep their timestamps, windows and panes, hold the watermark, so that nobody takes them for
    /// late, and go to disk where memory ends. To wait for several collections, call it for each of them.
    ///
    /// Refused, when the pipeline is run, are signals that would never be complete or not be found: without an end in the
    /// global window, in windows that merge, or in windows where the elements are in the global one.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let saved = p.create([1, 2, 3]).map(|order| order).named("SaveOrders");
    /// let reports = p.create(["daily".to_owned()]).wait_on(&saved).named("AfterOrders");
    /// ```
    #[track_caller]
    pub fn wait_on<S: Element>(&self, signal: &PCollection<S>) -> Self {
        if !self.pipeline.is_same(&signal.pipeline) {
            let refused = self.filter(|_| true).named("WaitOn");
            refused.refuse(Error::new(ErrorKind::Graph, "what it waits for belongs to another pipeline"));
            return refused;
        }
        let scope = self.pipeline.open_scope("WaitOn".into(), true);
        let window_fn = signal.window_fn_of_signal();
        let checked = self.check_signal(signal, &window_fn);
        let view = signal.signal(window_fn);
        checked.err().into_iter().for_each(|error| self.pipeline.fail(view, error));
        let released = self.wait_for(view);
        drop(scope);
        released
    }

    /// A collection that has an end is complete in all windows at once.
    fn window_fn_of_signal(&self) -> AnyWindowFn {
        if self.is_bounded() { GlobalWindows.into() } else { self.windowing().window_fn().clone() }
    }

    /// A side input without a value, which is known in the windows in which this collection is complete.
    #[track_caller]
    fn signal(&self, window_fn: AnyWindowFn) -> NodeId {
        let allowed_lateness = self.windowing().allowed_lateness();
        let shuffle = Arc::new(Signal::<T> { window_fn, allowed_lateness, _elements: PhantomData });
        let (urn, body) = ("beam:transform:create_view:v1", Body::View(shuffle));
        self.pipeline.add(StepSpec { label: "Signal".into(), urn, inputs: vec![self.id], body })
    }

    #[track_caller]
    fn wait_for(&self, signal: NodeId) -> Self {
        let (view, lateness) = (View::<()>::new(self.pipeline.id(), signal), self.windowing().allowed_lateness());
        let pass_on = |element: T, (): &(), out: &mut Emitter<T>| out.emit(element);
        let body = fused::<T>(move |wiring| {
            Op::single(wiring, WithSideOp::<T, T, _, _>::new(wiring, view.clone(), lateness, pass_on))
        });
        let node = self.pipeline.add_node(NodeSpec {
            label: "Wait".into(),
            urn: PAR_DO,
            inputs: vec![self.id],
            side_inputs: vec![signal],
            body,
            sink: None,
            windowing: None,
        });
        self.pipeline.add_output(node)
    }

    /// Whether elements of this collection can tell what they wait for, and will not wait forever.
    fn check_signal<S>(&self, signal: &PCollection<S>, window_fn: &AnyWindowFn) -> Result<()>
    where
        S: Element,
    {
        if !signal.is_bounded() && window_fn.is_global() {
            let message = "a collection without an end is never complete in the global window: it would wait forever";
            let help =
                "divide the collection into windows, such as `.window(Windowing::fixed(size))`, and what waits too";
            return Err(Error::new(ErrorKind::Graph, message).help(help));
        }
        if window_fn.merges() || (self.windowing().window_fn().is_global() && !window_fn.is_global()) {
            window_fn.side_input_window(Window::GLOBAL)?;
        }
        Ok(())
    }
}
