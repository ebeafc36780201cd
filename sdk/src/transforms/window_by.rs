//! Windows that depend on the element.

use crate::kernel::Op;
use crate::kernel::ops::AssignWindowsBy;
use crate::pipeline::{Template, fused};
use crate::window::{WindowSet, Windowing};
use crate::{Element, PCollection, Timestamp};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Puts every element into the windows that a function finds for it, looking at the element and its timestamp: as
    /// [`window`](Self::window), whose windows depend on the timestamp alone.
    ///
    /// All else is as `windowing` says: triggers and lateness, and also how windows merge, with what they flow together,
    /// and which window of a side input is read. An element that gets no windows is dropped, and counted as
    /// `elements_in_no_window`; a window without an instant is an error. Windows should contain the timestamp, or else a
    /// result may be late as soon as it comes.
    ///
    /// Sessions that end sooner for some than for others:
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp, combine::Count};
    /// use beamline_sdk::window::{Window, Windowing};
    /// use std::time::Duration;
    ///
    /// let p = Pipeline::new();
    /// let visits = p.create([("ann".to_owned(), true), ("bob".to_owned(), false)]);
    /// let sessions = Windowing::sessions(Duration::from_mins(30));
    /// let counts = visits
    ///     .with_timestamps(|_| Timestamp::from_millis(0))
    ///     .window_by(sessions, |(_, is_phone), start, windows| {
    ///         let gap = Duration::from_mins(if *is_phone { 5 } else { 30 });
    ///         windows.push(Window { start, end: start + gap });
    ///     })
    ///     .combine_per_key(Count);
    /// # p.graph().unwrap();
    /// ```
    ///
    /// # Panics
    /// If `windowing` says nothing about windows, as [`Windowing::unchanged`], or has but one, as [`Windowing::global`].
    #[track_caller]
    pub fn window_by(
        &self,
        windowing: Windowing,
        assign: impl Fn(&T, Timestamp, &mut WindowSet) + Clone + Send + 'static,
    ) -> Self {
        assert!(windowing.assigns_several_windows(), "say how the windows merge: `Windowing::fixed(…)` if they do not");
        let assign = Template::new(assign);
        let applied = windowing.apply_to(&self.windowing()).map(|applied| Arc::new(applied.by_element()));
        let body = fused::<T>(move |wiring| Op::single(wiring, AssignWindowsBy::new(wiring, assign.copy())));
        self.then_windowed("WindowBy", "beam:transform:window_into:v1", body, applied)
    }
}
