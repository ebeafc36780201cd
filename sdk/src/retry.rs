//! How often a step tries what fails, and what it tries again.

use crate::combine::random::mix;
use crate::{Error, ErrorKind, Result};
use std::time::Duration;

/// How [`try_par_do`](crate::PCollection::try_par_do) goes on after an error: how often it tries, how long it waits
/// before, and whether it tries an element or a bundle of them. A plain number is as many attempts for each element.
///
/// ```
/// use beamline_sdk::Retry;
/// use std::time::Duration;
///
/// // A table that takes hundred rows at once, and is away for a moment now and then.
/// let retry = Retry::attempts(5)
///     .bundles_of(100)
///     .backoff(Duration::from_millis(200), Duration::from_secs(30));
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "it says what a step is to do, and has to be given to one"]
pub struct Retry {
    attempts: u32,
    bundle: Option<usize>,
    backoff: Backoff,
}

impl Retry {
    /// Tries so often, at least once, for each element.
    pub const fn attempts(attempts: u32) -> Self {
        Self { attempts, bundle: None, backoff: Backoff::NONE }
    }

    /// Tries bundles of at most so many elements, and not single ones: for functions that gather elements and do something
    /// with all of them when the bundle ends.
    ///
    /// A bundle begins with `start_bundle`, goes through its elements, and ends with `finish_bundle`; what it emits is
    /// passed on when all of that has succeeded. After an error the instance of the function is torn down, with all that
    /// it has gathered, and the bundle begins anew with another one. Bundles are smaller where there are not so many
    /// elements at hand: nothing waits for more to come.
    pub const fn bundles_of(self, elements: usize) -> Self {
        Self { bundle: Some(elements), ..self }
    }

    /// Waits between attempts: up to `first` after the first one, then twice as long each time, up to `most`. By chance it
    /// is between half of that and all, so that those who failed together do not come back together. By default nothing
    /// is waited for.
    ///
    /// Elements that come meanwhile wait behind, in memory or on disk, and hold the watermark; what would come from sources
    /// and other stages is held up. Other steps go on.
    pub const fn backoff(self, first: Duration, most: Duration) -> Self {
        Self { backoff: Backoff { first, most }, ..self }
    }

    /// The most elements of a bundle, if bundles are what is tried again.
    pub(crate) const fn bundle(&self) -> Option<usize> {
        self.bundle
    }

    /// How long to wait after so many attempts, in a way that follows from `chance`; nothing if there were enough.
    pub(crate) fn wait_after(&self, attempts: u32, chance: u64) -> Option<Duration> {
        (attempts < self.attempts).then(|| self.backoff.wait(attempts, chance))
    }

    /// What is wrong with it, if anything is.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |text: &str| Err(Error::new(ErrorKind::Graph, text));
        match self {
            Self { attempts: 0, .. } => wrong("with 0 attempts nothing is called"),
            Self { bundle: Some(0), .. } => wrong("a bundle of 0 elements is none"),
            _ => Ok(()),
        }
    }
}

impl From<u32> for Retry {
    fn from(attempts: u32) -> Self {
        Self::attempts(attempts)
    }
}

/// How long to wait between attempts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) most: Duration,
}

impl Backoff {
    const NONE: Self = Self { first: Duration::ZERO, most: Duration::ZERO };

    /// How long to wait at most after so many attempts.
    fn longest(self, attempts: u32) -> Duration {
        self.first.saturating_mul(2u32.saturating_pow(attempts - 1)).min(self.most)
    }

    /// How long to wait after so many attempts: twice as long each time, and a part of it by chance, so that those who have
    /// failed together do not come back together.
    pub(crate) fn wait(self, attempts: u32, chance: u64) -> Duration {
        let chance = mix(chance) as f64 / u64::MAX as f64;
        self.longest(attempts).mul_f64(0.5 + 0.5 * chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_doubled_up_to_the_longest() {
        let second = Duration::from_secs(1);
        let backoff = Backoff { first: second, most: 6 * second };
        assert_eq!([1, 2, 3, 4, 99].map(|n| backoff.longest(n).as_secs()), [1, 2, 4, 6, 6]);
        for (attempts, chance) in [(1, 3), (2, 9), (7, 1)] {
            let (wait, longest) = (backoff.wait(attempts, chance), backoff.longest(attempts));
            assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
        }
    }

    #[test]
    fn enough_is_enough() {
        let retry = Retry::attempts(3);
        assert_eq!([1, 2, 3].map(|n| retry.wait_after(n, 0)), [Some(Duration::ZERO), Some(Duration::ZERO), None]);
        assert!(Retry::attempts(0).check().is_err() && Retry::from(1).bundles_of(0).check().is_err());
    }
}
