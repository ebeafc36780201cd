//! What flows through an output: how much, and for those who watch a sample of it and the keys that come most often.
//!
//! Watching is paid for where it is built in (the cargo feature `samples`) and somebody looks: whoever does begins a round
//! (`Shared::sample`), in which each output keeps a few elements, and looks at the keys of some
//! hundred of them if a grouping reads it. Otherwise a batch costs one comparison.
//!
//! - `lens` says how the elements of a type are shown; a step that reads them brings it along.
//! - `tap` takes the samples of an output, `keys` and `frequent` find the keys that come most often.
//! - `cut` makes an element a short text.
//! - `left_out` is in the place of all this in programs that nobody can watch.

#[cfg(feature = "samples")]
mod cut;
#[cfg(feature = "samples")]
mod frequent;
#[cfg(feature = "samples")]
mod keys;
#[cfg(not(feature = "samples"))]
mod left_out;
#[cfg(feature = "samples")]
mod lens;
#[cfg(feature = "samples")]
mod tap;

#[cfg(not(feature = "samples"))]
pub(crate) use left_out::Lens;
#[cfg(not(feature = "samples"))]
pub(super) use left_out::Watched;
#[cfg(feature = "samples")]
pub(crate) use lens::Lens;
#[cfg(feature = "samples")]
pub(super) use tap::Watched;

use super::current::StepId;
use super::meta::Stamp;
use crate::Timestamp;
use std::cell::Cell;

/// What flows through an output of a step on one worker.
#[derive(Default)]
pub struct Flow {
    emitted: Cell<u64>,
    #[cfg(feature = "samples")]
    tap: tap::Tap,
}

impl Flow {
    /// How many elements there have been.
    pub fn emitted(&self) -> u64 {
        self.emitted.get()
    }

    /// Counts elements that have been emitted, or written.
    #[inline]
    pub(crate) fn count(&self, elements: usize) {
        self.emitted.set(self.emitted.get() + elements as u64);
    }

    /// What has been kept for those who watch: nothing where that is not built in.
    pub fn sample(&self) -> FlowSample {
        #[cfg(feature = "samples")]
        let sample = self.tap.sample();
        #[cfg(not(feature = "samples"))]
        let sample = FlowSample::default();
        sample
    }
}

/// What has been kept of an output for those who watch.
#[derive(Clone, Debug, Default)]
pub struct FlowSample {
    /// Elements, the latest last.
    pub elements: Vec<SampledElement>,
    /// Which keys come most often, if a grouping reads the output.
    pub keys: Option<KeySample>,
}

/// An element that was on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledElement {
    /// The element as JSON, cut where it is long; its type where JSON cannot show it.
    pub text: String,
    /// Its timestamp, windows and pane.
    pub stamp: Stamp,
    /// The processing time at which it was seen.
    pub seen_at: Timestamp,
}

/// Which keys have come most often in the last rounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeySample {
    /// The groupings that read them.
    pub readers: Vec<StepId>,
    /// How many elements there were, about; earlier ones count for less.
    pub elements: f64,
    /// The keys that may be frequent.
    pub keys: Vec<SampledKey>,
}

/// A key that may be frequent.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledKey {
    /// Its hash: the same on all workers.
    pub hash: u64,
    /// The key as JSON, cut where it is long; its type where JSON cannot show it.
    pub text: String,
    /// How many elements had it, about, and rather too few than too many; earlier ones count for less.
    pub elements: f64,
}
