//! How a grouping is carried out, as the windowing of its input asks for.
//!
//! - In the global window, when the last element has come: by one shuffle.
//! - In windows of a bounded collection that show one result each: by the same shuffle, with the window as a part of the
//!   key; windows that merge are merged behind it, key by key. Where values of keys are combined in windows that do not
//!   merge: window by window, or slice by slice, by one of the shuffles of [`streaming`] that waits for the end.
//! - In all other cases, while time goes on: by the shuffles of [`streaming`].

mod in_windows;
mod inputs;
mod merging;
pub(super) mod streaming;

pub(super) use in_windows::{into_window, with_window};
pub(super) use inputs::windowing_of_all;
pub(super) use merging::{merge_combined, merge_groups};

use crate::graph::{Body, CollectionId};
use crate::kernel::ShuffleFactory;
use crate::window::{TimestampCombiner, Trigger, WindowingStrategy};
use crate::{Element, PCollection, Pipeline, Result};
use std::sync::Arc;

/// A way to carry out a grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// All elements of a key together.
    Whole,
    /// The window as a part of the key.
    ByWindow,
    /// Windows merged behind a grouping by key.
    Merging,
    /// While time goes on.
    Streaming,
}

impl Way {
    /// The way when all results come at the end.
    fn at_the_end(windowing: &WindowingStrategy) -> Self {
        if windowing.needs_merging() {
            Self::Merging
        } else if windowing.window_fn().is_global() {
            Self::Whole
        } else {
            Self::ByWindow
        }
    }
}

/// How a collection is to be grouped.
pub(super) struct Grouping {
    pub(super) way: Way,
    /// The windowing of the input.
    pub(super) windowing: Arc<WindowingStrategy>,
}

impl Grouping {
    /// How a collection is to be grouped.
    ///
    /// # Errors
    /// When a grouping would show no results, or lose elements.
    pub(super) fn of<T: Element>(input: &PCollection<T>) -> Result<Self> {
        Self::new(input.windowing(), input.is_bounded())
    }

    /// How collections of `pipeline` are to be grouped together.
    ///
    /// # Errors
    /// When a grouping would show no results, or lose elements; when they are not windowed alike, or belong to other
    /// pipelines.
    pub(super) fn of_all<'a>(
        inputs: impl Iterator<Item = (CollectionId, &'a Pipeline)> + Clone,
        pipeline: &Pipeline,
    ) -> Result<Self> {
        let windowing = windowing_of_all(inputs.clone(), pipeline)?;
        let is_bounded =
            |(id, _): (CollectionId, _)| pipeline.with_builder(|builder| builder.collection(id).is_bounded);
        Self::new(windowing, { inputs }.all(is_bounded))
    }

    /// How a collection is to be grouped where triggers have no say.
    pub(super) fn whatever_the_trigger<T: Element>(input: &PCollection<T>) -> Self {
        let windowing = input.windowing();
        let way = if input.is_bounded() { Way::at_the_end(&windowing) } else { Way::Streaming };
        Self { way, windowing }
    }

    fn new(windowing: Arc<WindowingStrategy>, is_bounded: bool) -> Result<Self> {
        windowing.check_grouping(is_bounded)?;
        let at_the_end = is_bounded && shows_one_result(&windowing) && !windowing.may_retract();
        let way = if at_the_end { Way::at_the_end(&windowing) } else { Way::Streaming };
        Ok(Self { way, windowing })
    }

    /// The windowing of the results.
    pub(super) fn after(&self) -> Arc<WindowingStrategy> {
        let after = self.windowing.after_grouping();
        Arc::new(if self.way == Way::Streaming { after } else { after.without_retractions() })
    }
}

/// Whether each window of a bounded collection shows one result at its end, whatever the order in which elements come.
fn shows_one_result(windowing: &WindowingStrategy) -> bool {
    let at_end = match windowing.trigger() {
        Trigger::Default => true,
        trigger => *trigger == Trigger::after_watermark().into(),
    };
    at_end && windowing.timestamp_combiner() == TimestampCombiner::EndOfWindow
}

/// A grouping that is one step: its body, which is `whole`, or a shuffle from `streaming` where time goes on; and the
/// windowing of its results, or the error that refuses it.
pub(super) fn one_step(
    grouping: Result<Grouping>,
    whole: Body,
    streaming: impl FnOnce(&Arc<WindowingStrategy>) -> ShuffleFactory,
) -> (Body, Result<Arc<WindowingStrategy>>) {
    match grouping {
        Ok(grouping) if grouping.way == Way::Streaming => {
            let shuffle = streaming(&grouping.windowing);
            let liftable = shuffle.can_lift();
            (Body::Shuffle { shuffle, liftable }, Ok(grouping.after()))
        }
        Ok(grouping) => (whole, Ok(grouping.after())),
        Err(error) => (whole, Err(error)),
    }
}
