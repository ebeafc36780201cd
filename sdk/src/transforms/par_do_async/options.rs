//! How a service is called.

use crate::coder::encode;
use crate::retry::Backoff;
use crate::{BoxError, Error, ErrorKind, Key, Result};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How [`par_do_async`](crate::PCollection::par_do_async) calls a service.
///
/// ```
/// use beamline_sdk::AsyncOptions;
/// use std::time::Duration;
///
/// let options = AsyncOptions::<u64>::concurrency(16)
///     .timeout(Duration::from_secs(5))
///     .attempts(4)
///     .backoff(Duration::from_millis(200), Duration::from_secs(10))
///     .rate_limit(100, Duration::from_secs(1))
///     .cached_by(10_000, Duration::from_mins(10), |id| *id);
/// ```
#[must_use = "options do nothing until they are given to par_do_async"]
pub struct AsyncOptions<T> {
    pub(crate) settings: Settings,
    pub(crate) cache: Option<CacheSpec<T>>,
    fault: Option<&'static str>,
}

/// The options that do not depend on the type of the elements.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) concurrency: usize,
    pub(crate) is_ordered: bool,
    pub(crate) timeout: Option<Duration>,
    attempts: u32,
    pub(crate) backoff: Backoff,
    is_worth_it: Option<Predicate>,
    /// How far apart the beginnings of two calls are, at least.
    pub(crate) distance: Option<Duration>,
}

type Predicate = Arc<dyn Fn(&BoxError) -> bool + Send + Sync>;

/// How answers are remembered.
pub(crate) struct CacheSpec<T> {
    pub(crate) most: usize,
    pub(crate) time_to_live: Duration,
    pub(crate) key: Arc<dyn Fn(&T) -> Result<Vec<u8>, BoxError> + Send + Sync>,
}

impl<T> Clone for CacheSpec<T> {
    fn clone(&self) -> Self {
        Self { most: self.most, time_to_live: self.time_to_live, key: self.key.clone() }
    }
}

impl Settings {
    /// Whether to try again after so many attempts, of which the last one came to this.
    pub(crate) fn tries_again(&self, attempts: u32, error: &BoxError) -> bool {
        attempts < self.attempts && self.is_worth_it.as_ref().is_none_or(|is_worth_it| is_worth_it(error))
    }
}

impl<T: 'static> AsyncOptions<T> {
    /// At most so many calls at once, of all workers together. Each worker takes at most as many elements before it waits
    /// for answers, so this bounds the memory, too.
    ///
    /// Without further options answers come in any order, nothing is tried twice, and a call may take as long as it likes.
    pub fn concurrency(calls: usize) -> Self {
        let settings = Settings {
            concurrency: calls,
            is_ordered: false,
            timeout: None,
            attempts: 1,
            backoff: Backoff { first: Duration::from_millis(100), most: Duration::from_secs(30) },
            is_worth_it: None,
            distance: None,
        };
        Self { settings, cache: None, fault: None }.refuse_if(calls == 0, "with 0 calls at once nothing will happen")
    }

    fn refuse_if(mut self, is_wrong: bool, fault: &'static str) -> Self {
        if is_wrong {
            self.fault.get_or_insert(fault);
        }
        self
    }

    /// Keeps the order of the elements, as each worker has them: an answer waits for those before it. One slow call then
    /// holds up the others behind it.
    pub fn ordered(mut self) -> Self {
        self.settings.is_ordered = true;
        self
    }

    /// Gives a call up that takes longer: that is an error, [`TimedOut`], and may be tried again. The future is dropped
    /// where it waits; one that does not wait, but computes or blocks its thread, cannot be stopped.
    ///
    /// It is processing time, so in a pipeline with a [`TestStream`](crate::testing::TestStream) the script says when it
    /// has passed. The script then goes on while such a call waits; for calls without a limit it waits, too.
    /// [`Duration::MAX`] is no limit.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = (limit < Duration::MAX).then_some(limit);
        self.refuse_if(limit.is_zero(), "a call cannot be answered within no time")
    }

    /// Tries so often, at least once, until a call succeeds: once by default.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts;
        self.refuse_if(attempts == 0, "with 0 attempts nothing is called")
    }

    /// How long to wait between attempts: up to `first` after the first one, then twice as long each time, up to `most`.
    /// By chance it is between half of that and all, so that those who failed together do not come back together. By
    /// default 100 ms, and 30 s at most.
    ///
    /// An element that waits has its place among those that are away, but is no call.
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.settings.backoff = Backoff { first, most };
        self
    }

    /// Tries again only after errors of which this is true: after none that will come again, such as that of an unknown
    /// id. It is asked about [`TimedOut`], too.
    pub fn retry_if(mut self, is_worth_it: impl Fn(&BoxError) -> bool + Send + Sync + 'static) -> Self {
        self.settings.is_worth_it = Some(Arc::new(is_worth_it));
        self
    }

    /// At most so many calls in such a time, of all workers together, at even distances: attempts count one by one,
    /// answers from the cache do not.
    pub fn rate_limit(mut self, calls: u32, per: Duration) -> Self {
        self.settings.distance = Some(per / calls.max(1));
        self.refuse_if(calls == 0, "with a rate of 0 calls nothing will happen")
    }

    /// Remembers the answers to the keys that were asked for last, `most` of them, each for a time, for all workers
    /// together. Elements whose key the same worker asks for already wait for that answer. Errors are not remembered.
    ///
    /// What has come from there is counted as `cache_hits`.
    pub fn cached_by<K: Key>(
        mut self,
        most: usize,
        time_to_live: Duration,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> Self {
        let key = move |element: &T| {
            let mut bytes = Vec::new();
            encode(&key(element), &mut bytes)?;
            Ok(bytes)
        };
        self.cache = Some(CacheSpec { most, time_to_live, key: Arc::new(key) });
        self.refuse_if(most == 0, "a cache of 0 answers remembers nothing")
    }

    /// What is wrong with these options, if anything is.
    pub(crate) fn check(&self) -> Result<()> {
        self.fault.map_or(Ok(()), |fault| Err(Error::new(ErrorKind::Graph, fault)))
    }
}

/// The error of a call that has taken longer than [`AsyncOptions::timeout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut(pub Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer within {:?}", self.0)
    }
}

impl std::error::Error for TimedOut {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_told() {
        let options = AsyncOptions::<()>::concurrency(0).attempts(0).timeout(Duration::ZERO);
        assert!(options.check().is_err_and(|error| error.to_string().contains("0 calls at once")));
    }
}
