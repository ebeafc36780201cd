//! What calls wait for: tokio's timers, or the clock of the run where that is set by hand or a run is to be repeatable.

use crate::Timestamp;
use crate::kernel::{Clock, Env};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Time as calls see it.
#[derive(Clone)]
pub(super) enum Time {
    /// Of tokio.
    Tokio,
    /// Of the clock of the run.
    Clock(Arc<Alarms>),
}

impl Time {
    /// Time as calls of this run see it.
    pub(super) fn of(env: &Env) -> Self {
        if is_by_hand(env) { Self::Clock(Arc::new(Alarms::new(env.clock.clone()))) } else { Self::Tokio }
    }

    /// How long ago something was that does not change: when the first of these calls was made, or the epoch.
    pub(super) fn now(&self) -> Duration {
        match self {
            Self::Tokio => {
                static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
                START.elapsed()
            }
            Self::Clock(alarms) => Duration::from_millis(alarms.clock.now().millis().max(0) as u64),
        }
    }

    pub(super) async fn sleep(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        match self {
            Self::Tokio => tokio::time::sleep(time).await,
            Self::Clock(alarms) => alarms.sleep(time).await,
        }
    }

    /// What a future comes to, unless that takes longer than `limit`.
    pub(super) async fn within<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        match self {
            Self::Tokio => tokio::time::timeout(limit, future).await.ok(),
            Self::Clock(alarms) => {
                let (mut alarm, mut future) = (pin!(alarms.sleep(limit)), pin!(future));
                poll_fn(|cx| match future.as_mut().poll(cx) {
                    Poll::Ready(output) => Poll::Ready(Some(output)),
                    Poll::Pending => alarm.as_mut().poll(cx).map(|()| None),
                })
                .await
            }
        }
    }

    /// What a future comes to that will end by itself.
    pub(super) async fn await_answer<F: Future>(&self, future: F) -> F::Output {
        let _awaited = match self {
            Self::Tokio => None,
            Self::Clock(alarms) => Some(Awaited::new(alarms)),
        };
        future.await
    }

    /// Whether calls that are away will come back without anybody's doing. With a limit they may wait for the clock.
    pub(super) fn is_awaiting(&self) -> bool {
        match self {
            Self::Tokio => true,
            Self::Clock(alarms) => alarms.awaited.load(Ordering::SeqCst) > 0,
        }
    }

    /// When somebody wants to be woken by the clock.
    pub(super) fn alarm(&self) -> Option<Timestamp> {
        match self {
            Self::Tokio => None,
            Self::Clock(alarms) => alarms.first(),
        }
    }

    /// Wakes those whose time has come.
    pub(super) fn ring(&self, now: Timestamp) {
        if let Self::Clock(alarms) = self {
            alarms.ring(now);
        }
    }
}

/// Whether calls see the clock of the run.
pub(super) fn is_by_hand(env: &Env) -> bool {
    env.is_replay || env.clock.as_manual().is_some()
}

/// Calls that wait for the clock.
pub(super) struct Alarms {
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    /// Calls that will come back by themselves.
    awaited: AtomicUsize,
}

#[derive(Default)]
struct Waiting {
    wakers: BTreeMap<(Timestamp, u64), Waker>,
    next: u64,
}

impl Alarms {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), awaited: AtomicUsize::new(0) }
    }

    fn sleep(self: &Arc<Self>, time: Duration) -> Sleep {
        let mut waiting = self.waiting.lock();
        waiting.next += 1;
        // In whole milliseconds, and not less.
        let millis = Duration::from_millis(u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX));
        Sleep { alarms: self.clone(), key: (self.clock.now() + millis, waiting.next) }
    }

    fn first(&self) -> Option<Timestamp> {
        self.waiting.lock().wakers.first_key_value().map(|((time, _), _)| *time)
    }

    fn ring(&self, now: Timestamp) {
        while let Some(waker) = self.pop_due(now) {
            waker.wake();
        }
    }

    fn pop_due(&self, now: Timestamp) -> Option<Waker> {
        let wakers = &mut self.waiting.lock().wakers;
        let first = wakers.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

/// Is over at an instant of the clock.
struct Sleep {
    alarms: Arc<Alarms>,
    key: (Timestamp, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.alarms.clock.now() >= self.key.0 {
            return Poll::Ready(());
        }
        self.alarms.waiting.lock().wakers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.alarms.waiting.lock().wakers.remove(&self.key);
    }
}

/// Counts a call that will come back by itself, as long as it is away.
struct Awaited<'a>(&'a Alarms);

impl<'a> Awaited<'a> {
    fn new(alarms: &'a Alarms) -> Self {
        alarms.awaited.fetch_add(1, Ordering::SeqCst);
        Self(alarms)
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.0.awaited.fetch_sub(1, Ordering::SeqCst);
    }
}
