//! One element at a time: map, flat map, filter, inspect.

use crate::kernel::Op;
use crate::kernel::ops::{Filter, FlatMap, FlatMapWith, Inspect, Map, Rearrange};
use crate::pipeline::{Template, fused};
use crate::{Element, Emit, PCollection};

pub(crate) const PAR_DO: &str = "beam:transform:pardo:v1";

impl<T: Element> PCollection<T> {
    /// Applies a function to every element.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let lengths = p.create(["a", "bcd"].map(str::to_owned)).map(|word| word.len());
    /// ```
    #[track_caller]
    pub fn map<O: Element>(&self, f: impl Fn(T) -> O + Clone + Send + 'static) -> PCollection<O> {
        self.map_as("Map", f)
    }

    /// [`map`](Self::map) under another default name.
    #[track_caller]
    pub(crate) fn map_as<O: 'static>(
        &self,
        label: &str,
        f: impl Fn(T) -> O + Clone + Send + 'static,
    ) -> PCollection<O> {
        let f = Template::new(f);
        self.then(label, PAR_DO, fused::<T>(move |wiring| Op::single(wiring, Map::new(wiring, f.copy()))))
    }

    /// [`map`](Self::map) with a function of this crate, which does not fail.
    #[track_caller]
    pub(crate) fn rearrange<O: Element>(
        &self,
        label: &str,
        f: impl Fn(T) -> O + Copy + Send + Sync + 'static,
    ) -> PCollection<O> {
        let body = fused::<T>(move |wiring| Op::single(wiring, Rearrange::new(wiring, f)));
        self.then(label, PAR_DO, body)
    }

    /// Applies a function that returns an iterator, and emits what it yields.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let numbers = p.create([1u32, 3]).flat_map(|n| 0..n);
    /// ```
    #[track_caller]
    pub fn flat_map<I>(&self, f: impl Fn(T) -> I + Clone + Send + 'static) -> PCollection<I::Item>
    where
        I: IntoIterator + 'static,
        I::Item: Element,
    {
        let f = Template::new(f);
        self.then("FlatMap", PAR_DO, fused::<T>(move |wiring| Op::single(wiring, FlatMap::new(wiring, f.copy()))))
    }

    /// Applies a function that borrows the element and emits what it likes: for parts of the element, without a
    /// collection in between.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let words = p.create(["to be or not".to_owned()]).flat_map_with(|line, out| {
    ///     for word in line.split(' ') {
    ///         out.emit(word.to_owned());
    ///     }
    /// });
    /// ```
    #[track_caller]
    pub fn flat_map_with<O: Element>(
        &self,
        f: impl Fn(&T, &mut Emit<'_, O>) + Clone + Send + 'static,
    ) -> PCollection<O> {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| Op::single::<T>(wiring, FlatMapWith::<O, _>::new(wiring, f.copy())));
        self.then("FlatMapWith", PAR_DO, body)
    }

    /// Keeps the elements for which the predicate is true.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let even = p.create(1..=4u32).filter(|n| n % 2 == 0);
    /// ```
    #[track_caller]
    pub fn filter(&self, f: impl Fn(&T) -> bool + Clone + Send + 'static) -> Self {
        let f = Template::new(f);
        self.then("Filter", PAR_DO, fused::<T>(move |wiring| Op::single(wiring, Filter::new(wiring, f.copy()))))
    }

    /// Shows every element to a function, and passes it on unchanged.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let same = p.create(1..=3u32).inspect(|n| eprintln!("saw {n}"));
    /// ```
    #[track_caller]
    pub fn inspect(&self, f: impl Fn(&T) + Clone + Send + 'static) -> Self {
        let f = Template::new(f);
        self.then("Inspect", PAR_DO, fused::<T>(move |wiring| Op::single(wiring, Inspect::new(wiring, f.copy()))))
    }
}
