//! Functions that read side inputs, and side inputs themselves.

use super::{KeepingLateData, LateFrom, WithLateData};
use crate::graph::NodeId;
use crate::kernel::keyed::ViewBuilder;
use crate::side_input::{SideInputs, View};
use crate::transforms::WithSide;
use crate::transforms::side_inputs::{Multimap, One};
use crate::{DoFn, Element, Emit, Key, PCollection, SideMap};

/// A collection with side inputs, waiting for the function that reads them, which keeps the elements that come too late
/// for that.
///
/// Made by [`KeepingLateData::with_side`].
#[must_use = "side inputs do nothing until a function reads them"]
pub struct WithSideKeepingLateData<T, S>(WithSide<T, S>);

impl<T: Element> KeepingLateData<T> {
    /// See [`PCollection::with_side`]. An element is too late when what the side inputs had for its window has been
    /// forgotten: see [`View`].
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let hourly = || Windowing::fixed(Duration::from_hours(1));
    /// let p = Pipeline::new();
    /// let rates = p.apply(TestStream::new().element(minute(0), 3).advance_watermark_to(minute(60)));
    /// let prices = p.apply(
    ///     TestStream::new().element(minute(5), 10).advance_watermark_to(minute(60)).element(minute(6), 20),
    /// );
    /// let rate = rates.window(hourly()).as_singleton();
    /// let converted = prices.window(hourly()).keeping_late_data().with_side(rate).map(|price, rate| price * rate);
    /// assert_that(&converted.results).contains_in_any_order([30]);
    /// assert_that(&converted.late).contains_in_any_order([20]);
    /// ```
    pub fn with_side<S: SideInputs>(&self, side: S) -> WithSideKeepingLateData<T, S> {
        WithSideKeepingLateData(self.0.with_side(side))
    }
}

impl<T: Element, S: SideInputs> WithSideKeepingLateData<T, S> {
    #[track_caller]
    fn outputs<O: 'static>(&self, step: NodeId) -> WithLateData<O, PCollection<T>> {
        let main = &self.0.main;
        WithLateData { results: main.pipeline.add_output(step), late: LateFrom::Outputs(step).next(main) }
    }

    /// See [`WithSide::map`].
    #[track_caller]
    pub fn map<O: Element, F>(&self, f: F) -> WithLateData<O, PCollection<T>>
    where
        F: for<'a> Fn(T, S::Refs<'a>) -> O + Clone + Send + 'static,
    {
        self.outputs(self.0.map_step(f))
    }

    /// See [`WithSide::flat_map_with`].
    #[track_caller]
    pub fn flat_map_with<O: Element, F>(&self, f: F) -> WithLateData<O, PCollection<T>>
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut Emit<'_, O>) + Clone + Send + 'static,
    {
        self.outputs(self.0.flat_map_step(f))
    }

    /// See [`WithSide::filter`].
    #[track_caller]
    pub fn filter<F>(&self, f: F) -> WithLateData<T, PCollection<T>>
    where
        F: for<'a> Fn(&T, S::Refs<'a>) -> bool + Clone + Send + 'static,
    {
        self.outputs(self.0.filter_step(f))
    }

    /// See [`WithSide::par_do`].
    #[track_caller]
    pub fn par_do<D: DoFn<T, S>>(&self, dofn: D) -> WithLateData<D::Out, PCollection<T>> {
        self.outputs(self.0.par_do_step(dofn))
    }
}

/// A side input, and what came too late for its windows.
pub struct ViewWithLateData<V, L> {
    /// The side input.
    pub view: View<V>,
    /// The elements that no value of the side input has had: see [`WithLateData::late`].
    pub late: L,
}

impl<T: Element> KeepingLateData<T> {
    #[track_caller]
    fn view<B: ViewBuilder<T>>(&self, label: &str, config: B::Config) -> ViewWithLateData<B::View, PCollection<T>> {
        let (view, late) = self.0.view_and_late::<B>(label, config);
        ViewWithLateData { view, late: late.next(&self.0) }
    }

    /// See [`PCollection::as_singleton`].
    #[track_caller]
    pub fn as_singleton(&self) -> ViewWithLateData<T, PCollection<T>> {
        self.view::<One<T>>("AsSingleton", None)
    }

    /// See [`PCollection::as_singleton_or`].
    #[track_caller]
    pub fn as_singleton_or(&self, default: T) -> ViewWithLateData<T, PCollection<T>> {
        self.view::<One<T>>("AsSingleton", Some(default))
    }

    /// See [`PCollection::as_list`].
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let hourly = || Windowing::fixed(Duration::from_hours(1));
    /// let p = Pipeline::new();
    /// let names = p.apply(
    ///     TestStream::new().element(minute(5), 'a').advance_watermark_to(minute(60)).element(minute(6), 'b'),
    /// );
    /// let names = names.window(hourly()).keeping_late_data().as_list();
    /// let visits = p.apply(TestStream::new().element(minute(50), 1)).window(hourly());
    /// assert_that(&visits.with_side(names.view).map(|n, names| (n, names.len()))).contains_in_any_order([(1, 1)]);
    /// assert_that(&names.late).contains_in_any_order(['b']);
    /// ```
    #[track_caller]
    pub fn as_list(&self) -> ViewWithLateData<Vec<T>, PCollection<T>> {
        self.view::<Vec<T>>("AsList", ())
    }
}

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::as_map`].
    #[track_caller]
    pub fn as_map(&self) -> ViewWithLateData<SideMap<K, V>, PCollection<(K, V)>> {
        self.view::<SideMap<K, V>>("AsMap", ())
    }

    /// See [`PCollection::as_multimap`].
    #[track_caller]
    pub fn as_multimap(&self) -> ViewWithLateData<SideMap<K, Vec<V>>, PCollection<(K, V)>> {
        self.view::<Multimap<K, V>>("AsMultimap", ())
    }
}
