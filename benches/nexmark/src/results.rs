//! What came out, in two numbers that do not depend on its order.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use beamline::combine::Summable;
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
#[expect(clippy::manual_hash_one, reason = "it is not always compiled into what makes the results, and that shows")]
fn digest<T: Hash>(window: Window, result: &T) -> u64 {
    let mut hasher = FixedState::with_seed(0).build_hasher();
    (window, result).hash(&mut hasher);
    hasher.finish()
}

impl Summable for Summary {
    fn zero() -> Self {
        Self::default()
    }

    fn accumulate(&mut self, other: Self) {
        self.results += other.results;
        self.checksum = self.checksum.wrapping_add(other.checksum);
    }
}

/// Prints the first few results, with their windows, and sums up those of each bundle.
pub(crate) fn look<T: Element + Debug + Hash>(results: &PCollection<T>, show: usize) -> PCollection<Summary> {
    results.par_do(Look { left: Arc::new(AtomicUsize::new(show)), seen: Summary::default(), at: None })
}

/// Sums up the parts, when the last one has come.
pub(crate) fn sum_up(parts: &PCollection<Summary>) -> PCollection<Summary> {
    at_the_end(parts).combine(Sum)
}

/// Elements of any windows, for groupings that wait until all have come.
pub(crate) fn at_the_end<T: Element>(elements: &PCollection<T>) -> PCollection<T> {
    elements.window(Windowing::global().trigger(Trigger::never(), Accumulation::Discarding))
}

#[derive(Clone)]
struct Look {
    /// How many results are still to be shown, by all workers.
    left: Arc<AtomicUsize>,
    /// The results of the bundle, and where the last one was.
    seen: Summary,
    at: Option<(Timestamp, Window)>,
}

impl Look {
    /// Once enough have been shown, nothing is written any more that other threads read.
    fn is_shown(&self) -> bool {
        let take_one = |left: usize| left.checked_sub(1);
        self.left.load(Ordering::Relaxed) > 0
            && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take_one).is_ok()
    }
}

impl<T: Element + Debug + Hash> DoFn<T> for Look {
    type Out = Summary;

    fn process(&mut self, result: T, cx: &mut Cx<'_, Summary>) -> Result<(), BoxError> {
        let window = cx.window();
        if self.is_shown() {
            print(window, &result);
        }
        self.seen.add(window, &result);
        self.at = Some((cx.timestamp(), window));
        Ok(())
    }

    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, Summary>) -> Result<(), BoxError> {
        if let Some((timestamp, window)) = self.at.take() {
            cx.emit(std::mem::take(&mut self.seen), timestamp, window);
        }
        Ok(())
    }
}

fn print(window: Window, result: &dyn Debug) {
    if window == Window::GLOBAL {
        println!("{result:?}");
    } else {
        println!("{} to {}: {result:?}", window.start, window.end);
    }
}
