//! Event time: giving elements timestamps and windows, and looking at them.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::{AssignTimestamps, AssignWindows, Flatten, ReifyTimestamps, ReifyWindows};
use crate::pipeline::{Template, fused};
use crate::window::{Pane, Window, Windowing};
use crate::{Element, PCollection, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const WINDOW: &str = "beam:transform:window_into:v1";

/// An element with all that the Beam model keeps beside it (`ValueInSingleWindow` in Beam).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ValueInWindow<T> {
    /// The element.
    pub value: T,
    /// Its event time.
    pub timestamp: Timestamp,
    /// One of the windows that it is in.
    pub window: Window,
    /// Which of the window's results it is.
    pub pane: Pane,
}

impl<T: Element> PCollection<T> {
    /// Gives every element the timestamp that a function finds in it (`WithTimestamps` in Beam): when it happened, in
    /// milliseconds since the epoch.
    ///
    /// Windows stay as they are, so this comes before [`window`](Self::window). In an unbounded collection an element that
    /// is moved back in time may turn out to be late.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp};
    /// let p = Pipeline::new();
    /// let clicks = p.create([("ann".to_owned(), 1_700_000_000_000i64)]);
    /// let clicks = clicks.with_timestamps(|(_, at)| Timestamp::from_millis(*at));
    /// ```
    #[track_caller]
    pub fn with_timestamps(&self, f: impl Fn(&T) -> Timestamp + Clone + Send + 'static) -> Self {
        let f = Template::new(f);
        let body = fused::<T>(move |wiring| Op::single(wiring, AssignTimestamps::new(wiring, f.copy())));
        self.then("WithTimestamps", PAR_DO, body)
    }

    /// Puts every element into the windows of its timestamp, and says when groupings of them show results (`Window.into`
    /// in Beam; programming guide, *Windowing*).
    ///
    /// From here on, whatever brings elements together does so in each window by itself: `group_by_key`, `combine`,
    /// `join`, `distinct` and the like. An element for which the window function has no window, such as one in a gap
    /// between sliding windows, is dropped, and counted as `elements_in_no_window`.
    ///
    /// A windowing that cannot be, as one with a trigger that would lose elements, is an error of the pipeline: it is
    /// told by [`Pipeline::graph`](crate::Pipeline::graph) and when the pipeline is run.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp, combine::Count, window::Windowing};
    /// use std::time::Duration;
    ///
    /// let p = Pipeline::new();
    /// let clicks = p.create([("ann".to_owned(), 60_000i64), ("bob".to_owned(), 70_000), ("ann".to_owned(), 130_000)]);
    /// let clicks_each_minute = clicks
    ///     .with_timestamps(|(_, at)| Timestamp::from_millis(*at))
    ///     .window(Windowing::fixed(Duration::from_mins(1)))
    ///     .combine_per_key(Count);
    /// ```
    #[track_caller]
    pub fn window(&self, windowing: Windowing) -> Self {
        let applied = windowing.apply_to(&self.windowing());
        let window_fn = applied.as_ref().ok().filter(|_| windowing.assigns_windows());
        let window_fn = window_fn.map(|strategy| strategy.window_fn().clone());
        let body = fused::<T>(move |wiring| match &window_fn {
            Some(window_fn) => Op::single(wiring, AssignWindows::<T>::new(wiring, window_fn.clone())),
            None => Flatten::<T>::op(wiring, 1),
        });
        self.then_windowed("Window", WINDOW, body, applied.map(Arc::new))
    }

    /// Pairs every element with its timestamp (`Reify.timestamps` in Beam).
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp};
    /// let p = Pipeline::new();
    /// let days = p.create([86_400_000i64]).with_timestamps(|n| Timestamp::from_millis(*n));
    /// let texts = days.reify_timestamps().map(|(n, time)| format!("{n} at {time:?}"));
    /// ```
    #[track_caller]
    pub fn reify_timestamps(&self) -> PCollection<(T, Timestamp)> {
        let body = fused::<T>(|wiring| Op::single(wiring, ReifyTimestamps::<T>::new(wiring)));
        self.then("ReifyTimestamps", PAR_DO, body)
    }

    /// Every element with its timestamp, window and pane (`Reify.windows` in Beam). An element in several windows
    /// becomes several elements, each in one of them.
    ///
    /// Of an element that is [taken back](crate::window#retractions) the same is made as when it was shown, and taken back:
    /// the pane is the one that it was shown with, and does not say that it is a retraction. To have that as data, say
    /// [`to_changelog`](Self::to_changelog) before.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp, combine::Count, window::Windowing};
    /// # use std::time::Duration;
    /// let p = Pipeline::new();
    /// let words = p.create(["to", "be"].map(str::to_owned)).with_timestamps(|_| Timestamp::from_millis(1));
    /// let counts = words.window(Windowing::fixed(Duration::from_mins(1))).combine(Count);
    /// let lines = counts.reify_windows().map(|count| format!("{} words in {}", count.value, count.window));
    /// ```
    #[track_caller]
    pub fn reify_windows(&self) -> PCollection<ValueInWindow<T>> {
        let body = fused::<T>(|wiring| Op::single(wiring, ReifyWindows::<T>::new(wiring)));
        self.then("ReifyWindows", PAR_DO, body)
    }
}
