//! What the workers have in common that call the same service.

use super::cache::Cache;
use super::rate::Rate;
use crate::transforms::par_do_async::{CacheSpec, Settings};
use parking_lot::Mutex;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Common<O> {
    permits: Semaphore,
    rate: Option<Rate>,
    cache: Option<Mutex<Cache<O>>>,
}

impl<O: Clone> Common<O> {
    pub(super) fn new<T>(settings: &Settings, cache: Option<&CacheSpec<T>>) -> Self {
        Self {
            permits: Semaphore::new(settings.concurrency.min(Semaphore::MAX_PERMITS)),
            rate: settings.distance.map(Rate::new),
            cache: cache.map(|spec| Mutex::new(Cache::new(spec.most, spec.time_to_live))),
        }
    }

    /// Waits until there are not too many calls at once.
    pub(super) async fn permit(&self) -> SemaphorePermit<'_> {
        self.permits.acquire().await.expect("nobody closes it")
    }

    /// Takes a turn, and says how long it is until then.
    pub(super) fn turn(&self, now: Duration) -> Duration {
        self.rate.as_ref().map_or(Duration::ZERO, |rate| rate.turn(now))
    }

    pub(super) fn cached(&self, key: &[u8], now: Duration) -> Option<O> {
        self.cache.as_ref()?.lock().get(key, now)
    }

    pub(super) fn remember(&self, key: Vec<u8>, answer: O, now: Duration) {
        if let Some(cache) = &self.cache {
            cache.lock().put(key, answer, now);
        }
    }
}
