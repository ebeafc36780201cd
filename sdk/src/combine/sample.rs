//! A few inputs that stand for all.

use super::random::{mix, new_seed};
use super::{CombineFn, adapt::adaptors, heap};
use crate::Element;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// `n` of the inputs, chosen at random and in random order: every set of `n` inputs is equally likely. All of the
/// inputs when there are fewer. Of no inputs: an empty list.
///
/// Memory: at most `n` values and 8 bytes for each. An input that is not taken costs a few nanoseconds.
///
/// # How
///
/// Every input gets a random priority, and the `n` greatest priorities win (bottom-k sampling; Cohen and Kaplan, 2007).
/// That merges without a further throw of dice, and is fair as long as no two accumulators draw the same priorities.
/// Each accumulator therefore numbers its own stream of them: by a counter that all clones of this combiner share, on
/// top of a seed that every process draws anew.
///
/// # Repeating a sample
///
/// A given [`seed`](Self::seed) makes the sample a function of the inputs and of how the work was split; a single
/// thread that does the same work again draws the same sample. But then the streams of *different processes* are the
/// same, and so are those before and after a restart: the sample is still one, but no longer quite fair. Give a seed in
/// tests, and [`seeded`](super::seeded) to whole pipelines.
///
/// ```
/// use beamline_sdk::combine::{Sample, apply};
///
/// let sample = apply(&Sample::fixed(10), 0..1000);
/// assert_eq!(sample.len(), 10);
///
/// let again = || apply(&Sample::fixed(10).seed(42), 0..1000);
/// assert_eq!(again(), again());
/// ```
#[derive(Debug, Clone)]
pub struct Sample {
    n: usize,
    seed: u64,
    streams: Arc<AtomicU64>,
}

/// Any `n` of the inputs, whichever come first: for a look at the data, not for statistics. Made by [`Sample::any`].
#[derive(Debug, Clone, Copy)]
pub struct SampleAny {
    n: usize,
}

adaptors!(of: [] Sample, [] SampleAny);

impl Sample {
    /// A fair sample of `n` inputs.
    pub fn fixed(n: usize) -> Self {
        Sample { n, seed: new_seed(), streams: Arc::default() }
    }

    /// Any `n` inputs: cheaper than a fair sample, and no sample in the sense of statistics.
    ///
    /// ```
    /// use beamline_sdk::combine::{Sample, apply};
    ///
    /// assert_eq!(apply(&Sample::any(3), 0..1000).len(), 3);
    /// ```
    pub fn any(n: usize) -> SampleAny {
        SampleAny { n }
    }

    /// Draws from `seed`, to [repeat](Self#repeating-a-sample) a sample.
    pub fn seed(self, seed: u64) -> Self {
        Sample { seed, streams: Arc::default(), ..self }
    }
}

/// What [`Sample`] keeps.
///
/// A copy of an accumulator draws on from the same place: merge only one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleAcc<T> {
    stream: u64,
    drawn: u64,
    /// A heap by priority.
    kept: Vec<(u64, T)>,
}

impl<T> SampleAcc<T> {
    #[inline]
    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.stream ^ mix(self.drawn))
    }

    #[inline]
    fn offer(&mut self, n: usize, priority: u64, input: impl FnOnce() -> T) {
        if heap::admits(&self.kept, n, |worst| priority > worst.0) {
            heap::insert(&mut self.kept, n, (priority, input()), |a, b| a.0.cmp(&b.0));
        }
    }
}

impl<T: Element> CombineFn<T> for Sample {
    type Acc = SampleAcc<T>;
    type Out = Vec<T>;

    fn name(&self) -> String {
        format!("Sample({})", self.n)
    }

    fn create(&self) -> SampleAcc<T> {
        // The number only has to be another one each time: nothing else is ordered by it.
        let stream = self.streams.fetch_add(1, Ordering::Relaxed);
        SampleAcc { stream: mix(self.seed ^ mix(stream)), drawn: 0, kept: Vec::new() }
    }

    #[inline]
    fn add(&self, acc: &mut SampleAcc<T>, input: T) {
        let priority = acc.draw();
        acc.offer(self.n, priority, || input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut SampleAcc<T>, input: &T) {
        let priority = acc.draw();
        acc.offer(self.n, priority, || input.clone());
    }

    fn merge(&self, acc: &mut SampleAcc<T>, other: SampleAcc<T>) {
        for (priority, input) in other.kept {
            acc.offer(self.n, priority, || input);
        }
    }

    fn extract(&self, mut acc: SampleAcc<T>) -> Vec<T> {
        acc.kept.sort_unstable_by_key(|(priority, _)| *priority);
        acc.kept.into_iter().map(|(_, input)| input).collect()
    }
}

impl<T: Element> CombineFn<T> for SampleAny {
    type Acc = Vec<T>;
    type Out = Vec<T>;

    fn name(&self) -> String {
        format!("SampleAny({})", self.n)
    }

    #[inline]
    fn create(&self) -> Vec<T> {
        Vec::new()
    }

    #[inline]
    fn add(&self, acc: &mut Vec<T>, input: T) {
        if acc.len() < self.n {
            acc.push(input);
        }
    }

    #[inline]
    fn add_ref(&self, acc: &mut Vec<T>, input: &T) {
        if acc.len() < self.n {
            acc.push(input.clone());
        }
    }

    fn merge(&self, acc: &mut Vec<T>, other: Vec<T>) {
        let free = self.n.saturating_sub(acc.len());
        acc.extend(other.into_iter().take(free));
    }

    #[inline]
    fn extract(&self, acc: Vec<T>) -> Vec<T> {
        acc
    }
}
