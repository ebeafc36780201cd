//! What came out, in two numbers that do not depend on its order.

use std::hash::{BuildHasher, Hash};
use std::num::Wrapping;

use beamline::prelude::*;
use beamline::window::Window;
use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

/// How many results there were, and a checksum of them and their windows, in whatever order they came.
///
/// ```
/// use beamline::window::Window;
/// use beamline_nexmark::results::Summary;
///
/// let (mut forwards, mut backwards) = (Summary::default(), Summary::default());
/// ["a", "b"].iter().for_each(|result| forwards.add(Window::GLOBAL, result));
/// ["b", "a"].iter().for_each(|result| backwards.add(Window::GLOBAL, result));
/// assert_eq!(forwards, backwards);
/// assert_eq!(forwards.results, 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many there were.
    pub results: u64,
    /// The sum of their checksums.
    pub checksum: u64,
}

impl Summary {
    /// Adds a result.
    #[inline]
    pub fn add<T: Hash>(&mut self, window: Window, result: &T) {
        self.results += 1;
        self.checksum = self.checksum.wrapping_add(digest(window, result));
    }
}

/// The checksum of one result.
#[inline]
fn digest<T: Hash>(window: Window, result: &T) -> u64 {
    FixedState::with_seed(0).hash_one((window, result))
}

/// Sums up the results of a query, when the last one has come.
pub fn sum_up<T: Element + Hash>(results: &PCollection<T>) -> PCollection<Summary> {
    at_the_end(&results.par_do(Digest).named("Digest"))
        .combine((Count, Sum))
        .map(|(results, Wrapping(checksum))| Summary { results, checksum })
        .named("Summary")
}

/// Elements of any windows, for groupings that wait until all have come.
pub fn at_the_end<T: Element>(elements: &PCollection<T>) -> PCollection<T> {
    elements.window(Windowing::global().trigger(Trigger::never(), Accumulation::Discarding))
}

#[derive(Clone)]
struct Digest;

impl<T: Element + Hash> DoFn<T> for Digest {
    type Out = Wrapping<u64>;

    fn process(&mut self, result: T, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        cx.emit(Wrapping(digest(cx.window(), &result)));
        Ok(())
    }
}
