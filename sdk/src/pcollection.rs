//! Collections: what a pipeline is about.

use crate::graph::{Body, CollectionId};
use crate::pipeline::{Pipeline, StepSpec};
use crate::ptransform::PTransform;
use crate::window::WindowingStrategy;
use crate::{Error, Result};
use std::marker::PhantomData;
use std::sync::Arc;

/// A collection of elements of type `T`, each with a timestamp, windows and a pane.
///
/// It is a name in a program, not the elements themselves: it can be read by any number of transforms, and costs
/// nothing to clone. Transforms are methods; those of pairs `(K, V)`, such as `group_by_key`, are there on collections
/// of pairs only.
pub struct PCollection<T> {
    pub(crate) pipeline: Pipeline,
    pub(crate) id: CollectionId,
    _elements: PhantomData<fn() -> T>,
}

impl<T> Clone for PCollection<T> {
    fn clone(&self) -> Self {
        Self { pipeline: self.pipeline.clone(), id: self.id, _elements: PhantomData }
    }
}

impl<T: 'static> PCollection<T> {
    pub(crate) fn new(pipeline: Pipeline, id: CollectionId) -> Self {
        Self { pipeline, id, _elements: PhantomData }
    }

    /// The pipeline that this collection belongs to.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// How the collection is divided in event time, and when results of its groupings come out: the global window
    /// until a [`window`](Self::window) says otherwise.
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, window::Windowing};
    /// use std::time::Duration;
    ///
    /// let p = Pipeline::new();
    /// let hourly = p.create([1, 2]).window(Windowing::fixed(Duration::from_hours(1)));
    /// assert_eq!(hourly.map(|n| n + 1).windowing().window_fn().to_string(), "fixed windows of 3600s");
    /// ```
    pub fn windowing(&self) -> Arc<WindowingStrategy> {
        self.pipeline.with_builder(|builder| builder.collection(self.id).windowing.clone())
    }

    /// Whether the collection has an end: it has none if anything that it is made of has none.
    pub fn is_bounded(&self) -> bool {
        self.pipeline.with_builder(|builder| builder.collection(self.id).is_bounded)
    }

    /// Names the step that makes this collection: in errors, metrics, `explain`, and later in saved state.
    ///
    /// Names must be unique among the steps of the pipeline, or of the composite around it.
    #[track_caller]
    pub fn named(self, label: &str) -> Self {
        self.pipeline.name(self.id, label);
        self
    }

    /// Refuses the step that makes this collection: the pipeline then fails with this error when it is run, before anything
    /// has been done. For authors of composites, which cannot do with every collection what they are for.
    ///
    /// ```
    /// use beamline_sdk::{Error, ErrorKind, Pipeline};
    ///
    /// let p = Pipeline::new();
    /// p.create([1, 2]).named("Numbers").refuse(Error::new(ErrorKind::Graph, "there are too few"));
    /// assert!(p.graph().is_err_and(|error| error.to_string().contains("'Numbers'")));
    /// ```
    pub fn refuse(&self, error: Error) {
        let producer = self.pipeline.with_builder(|builder| builder.collection(self.id).producer);
        self.pipeline.fail(producer, error);
    }

    /// Applies a composite.
    #[track_caller]
    pub fn apply<X: PTransform<Self>>(&self, transform: X) -> X::Out {
        self.pipeline.apply_to(self.clone(), transform)
    }

    /// Adds a step with this collection as its input and one output.
    #[track_caller]
    pub(crate) fn then<O: 'static>(&self, label: impl Into<String>, urn: &'static str, body: Body) -> PCollection<O> {
        let node = self.pipeline.add(StepSpec { label: label.into(), urn, inputs: vec![self.id], body });
        self.pipeline.add_output(node)
    }

    /// [`then`](Self::then) with an output that is windowed in another way, or an error that refuses the step.
    #[track_caller]
    pub(crate) fn then_windowed<O: 'static>(
        &self,
        label: impl Into<String>,
        urn: &'static str,
        body: Body,
        windowing: Result<Arc<WindowingStrategy>>,
    ) -> PCollection<O> {
        let spec = StepSpec { label: label.into(), urn, inputs: vec![self.id], body };
        let node = self.pipeline.add_windowed(spec, windowing);
        self.pipeline.add_output(node)
    }
}
