//! What a program says about windows.

use super::assign::{AnyWindowFn, FixedWindows, GlobalWindows, Sessions, SlidingWindows, WindowFn};
use super::{Trigger, WindowingStrategy};
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a result of a window contains when an earlier result of the same window has been shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Accumulation {
    /// The elements since the last result: results add up, and memory is freed with each.
    Discarding,
    /// All elements so far: a result replaces the one before.
    Accumulating,
    /// All elements so far, and the result before is taken back: steps downstream that combine results of several
    /// windows or keys stay right. See [retractions](super#retractions).
    Retracting,
}

/// The timestamp of a result, taken from its elements since the last result (Beam's timestamp combiners, also called
/// output times).
///
/// Downstream, the watermark waits for results: with [`Earliest`](Self::Earliest) at the first element's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimestampCombiner {
    /// The last instant of the window.
    #[default]
    EndOfWindow,
    /// The smallest timestamp.
    Earliest,
    /// The greatest timestamp.
    Latest,
}

/// Whether the last result of a window is shown when nothing has come since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClosingBehavior {
    /// Only if there is something new.
    #[default]
    FireIfNonEmpty,
    /// Always: readers can wait for the pane that is the [last](super::Pane::last).
    FireAlways,
}

/// Whether the on-time result of a window is shown when nothing has come since an early one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnTimeBehavior {
    /// Always, if the window ever had an element.
    #[default]
    FireAlways,
    /// Only if there is something new.
    FireIfNonEmpty,
}

/// How a collection is divided into windows, and when their results come out.
///
/// What is not said stays as it is upstream; in the beginning everything is in the global window, with the default
/// trigger and no lateness. The rules are those of Beam (programming guide, *Windowing*).
///
/// ```
/// use beamline_sdk::window::{Accumulation, Trigger, Windowing, WindowingStrategy};
/// use std::time::Duration;
///
/// let minutes = |n: u64| Duration::from_secs(60 * n);
/// let windowing = Windowing::sessions(minutes(30))
///     .allowed_lateness(minutes(60))
///     .trigger(
///         Trigger::after_watermark().early(Trigger::after_count(100)).late(Trigger::after_count(1)),
///         Accumulation::Accumulating,
///     );
/// let strategy = windowing.apply_to(&WindowingStrategy::default())?;
/// assert!(strategy.needs_merging());
/// # Ok::<(), beamline_sdk::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Windowing {
    window_fn: Option<AnyWindowFn>,
    trigger: Option<Trigger>,
    accumulation: Option<Accumulation>,
    allowed_lateness: Option<Duration>,
    timestamp_combiner: Option<TimestampCombiner>,
    closing_behavior: Option<ClosingBehavior>,
    on_time_behavior: Option<OnTimeBehavior>,
    allows_data_loss: Option<bool>,
}

impl Windowing {
    /// The windows stay as they are; other things may change.
    pub fn unchanged() -> Self {
        Self::default()
    }

    /// Windows of one of the standard functions, or any.
    ///
    /// ```
    /// use beamline_sdk::window::{FixedWindows, Windowing};
    /// use std::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// let days_in_tokyo = Windowing::new(FixedWindows::new(24 * hour).offset(15 * hour));
    /// ```
    pub fn new(window_fn: impl Into<AnyWindowFn>) -> Self {
        Self { window_fn: Some(window_fn.into()), ..Self::default() }
    }

    /// One window of all time.
    pub fn global() -> Self {
        Self::new(GlobalWindows)
    }

    /// Windows of `size`, each beginning where the last one ended.
    pub fn fixed(size: Duration) -> Self {
        Self::new(FixedWindows::new(size))
    }

    /// Windows of `size` that begin every `period`.
    pub fn sliding(size: Duration, period: Duration) -> Self {
        Self::new(SlidingWindows::new(size, period))
    }

    /// Windows that end when a key had no elements for `gap`.
    pub fn sessions(gap: Duration) -> Self {
        Self::new(Sessions::new(gap))
    }

    /// Windows of a function of your own.
    pub fn custom(window_fn: impl WindowFn) -> Self {
        Self::new(AnyWindowFn::custom(window_fn))
    }

    /// When results come out, and what those after the first contain.
    ///
    /// Except in the global window it needs an [`allowed_lateness`](Self::allowed_lateness) as well: the trigger says
    /// how late elements are shown, and that one how long there can be any.
    #[must_use]
    pub fn trigger(mut self, trigger: impl Into<Trigger>, accumulation: Accumulation) -> Self {
        self.trigger = Some(trigger.into());
        self.accumulation = Some(accumulation);
        self
    }

    /// What results after the first contain.
    #[must_use]
    pub fn accumulation(mut self, accumulation: Accumulation) -> Self {
        self.accumulation = Some(accumulation);
        self
    }

    /// How far the watermark may be past the end of a window for its elements to be taken still. Later ones are
    /// dropped, and counted. A lateness below that of the input has no effect.
    ///
    /// With a lateness above zero a window can show more than one result, so say what those contain: by
    /// [`trigger`](Self::trigger) or [`accumulation`](Self::accumulation).
    #[must_use]
    pub fn allowed_lateness(mut self, lateness: Duration) -> Self {
        self.allowed_lateness = Some(lateness);
        self
    }

    /// The timestamps of results.
    #[must_use]
    pub fn timestamp_combiner(mut self, combiner: TimestampCombiner) -> Self {
        self.timestamp_combiner = Some(combiner);
        self
    }

    /// Whether windows show a last result without news.
    #[must_use]
    pub fn closing_behavior(mut self, behavior: ClosingBehavior) -> Self {
        self.closing_behavior = Some(behavior);
        self
    }

    /// Whether windows show an on-time result without news.
    #[must_use]
    pub fn on_time_behavior(mut self, behavior: OnTimeBehavior) -> Self {
        self.on_time_behavior = Some(behavior);
        self
    }

    /// Lets a trigger finish while elements may still come: those are dropped, and counted.
    #[must_use]
    pub fn allow_data_loss(mut self) -> Self {
        self.allows_data_loss = Some(true);
        self
    }

    /// Whether elements are put into windows anew.
    pub(crate) fn assigns_windows(&self) -> bool {
        self.window_fn.is_some()
    }

    /// Whether elements are put into windows anew, of which there may be several.
    pub(crate) fn assigns_several_windows(&self) -> bool {
        self.window_fn.as_ref().is_some_and(|window_fn| !window_fn.is_global())
    }

    /// The strategy of a collection that is windowed by this, if its input has the strategy `upstream`.
    ///
    /// # Errors
    /// When numbers make no sense, when something is missing that would have to be guessed, or when elements would be
    /// lost because the trigger can finish. The error says what to do.
    pub fn apply_to(&self, upstream: &WindowingStrategy) -> Result<WindowingStrategy> {
        let mut strategy = upstream.clone();
        if let Some(window_fn) = &self.window_fn {
            window_fn.check()?;
            strategy.window_fn = window_fn.clone();
            strategy.is_merged = false;
            strategy.is_by_element = false;
        }
        if let Some(trigger) = &self.trigger {
            trigger.check()?;
            strategy.trigger.clone_from(trigger);
        }
        if let Some(lateness) = self.allowed_lateness {
            strategy.allowed_lateness = strategy.allowed_lateness.max(Some(lateness));
        }
        strategy.accumulation = self.accumulation.or(strategy.accumulation);
        strategy.timestamp_combiner = self.timestamp_combiner.unwrap_or(strategy.timestamp_combiner);
        strategy.closing_behavior = self.closing_behavior.unwrap_or(strategy.closing_behavior);
        strategy.on_time_behavior = self.on_time_behavior.unwrap_or(strategy.on_time_behavior);
        strategy.allows_data_loss = self.allows_data_loss.unwrap_or(strategy.allows_data_loss);
        check_complete(&strategy)?;
        strategy.check_trigger()?;
        Ok(strategy)
    }
}

/// Nothing may be left to guess where a window can show several results.
fn check_complete(strategy: &WindowingStrategy) -> Result<()> {
    let is_default = strategy.trigger == Trigger::Default;
    if !is_default && !strategy.window_fn.is_global() && strategy.allowed_lateness.is_none() {
        let message = format!("the trigger {} needs to know how long late elements are waited for", strategy.trigger);
        let help = "say `.allowed_lateness(duration)`, zero if late elements shall be dropped";
        return Err(Error::new(ErrorKind::Graph, message).help(help));
    }
    if strategy.accumulation.is_none() && !(is_default && strategy.allowed_lateness().is_zero()) {
        let message = "with an allowed lateness windows can show several results: it is not said what they contain";
        let help = "say `.accumulation(Accumulation::Discarding)` for the new elements of each, \
                    `.accumulation(Accumulation::Accumulating)` for all elements so far, or \
                    `.accumulation(Accumulation::Retracting)` for all so far and the last result taken back";
        return Err(Error::new(ErrorKind::Graph, message).help(help));
    }
    Ok(())
}
