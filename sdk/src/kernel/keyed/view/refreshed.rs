//! Side inputs that a function makes, again and again.

use super::{Published, Publisher};
use crate::kernel::guard::{catch, user_error};
use crate::kernel::{Link, Op, Operator, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::metrics::Counter;
use crate::window::{GlobalWindows, Window};
use crate::{BoxError, Error, ErrorKind, Result, Timestamp};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Times that the function has failed, when there was a value already.
static FAILED_REFRESHES: Counter = Counter::new("failed_refreshes");

type Load<V> = Arc<dyn Fn() -> Result<V, BoxError> + Send + Sync>;

/// The shuffle of a side input that a function makes: nothing flows into it, so it begins at the end of time, and holds
/// nobody back.
pub(crate) struct RefreshView<V> {
    pub(crate) every: Duration,
    pub(crate) load: Load<V>,
}

impl<V: Send + Sync + 'static> Shuffle for RefreshView<V> {
    fn inputs(&self) -> usize {
        0
    }

    fn sender(&self, _input: usize, _link: Rc<dyn Link>, _wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        unreachable!("nothing flows into it")
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let shared = &wiring.env.shared;
        let views = shared.open_view(wiring.id, || {
            let none = || Err(Error::new(ErrorKind::Internal, "a side input is read before it was made"));
            Published::<V>::new(GlobalWindows.into(), false, Box::new(none))
        });
        let refreshing = Refreshing {
            publisher: Publisher::new(wiring, views),
            next: shared.open_view(wiring.id, || Next(AtomicI64::new(FIRST))),
            alarm: None,
            every: self.every,
            load: self.load.clone(),
        };
        Receiver { inboxes: Vec::new(), control: Rc::new(RefCell::new(refreshing)) }
    }
}

/// When the function is called next, in milliseconds of processing time. Whichever worker comes first calls it, and no other
/// does before that is done: its value would be older, and might come later.
struct Next(AtomicI64);

/// It has never been called.
const FIRST: i64 = i64::MIN;
/// It is being called.
const NOW: i64 = i64::MAX;

struct Refreshing<V> {
    publisher: Publisher<V>,
    next: Arc<Next>,
    alarm: Option<Timestamp>,
    every: Duration,
    load: Load<V>,
}

impl<V: Send + Sync + 'static> Refreshing<V> {
    fn load(&self) -> Result<()> {
        let value = catch(&self.publisher.step, || (self.load)())?;
        let value = value.map_err(|error| user_error(&self.publisher.step, error))?;
        self.publisher.put(Window::GLOBAL, value, None);
        Ok(())
    }

    /// Whether it is this worker that calls the function now.
    fn is_due(&self, now: Timestamp) -> bool {
        let next = self.next.0.load(Ordering::SeqCst);
        let is_due = next != FIRST && next <= now.millis();
        is_due && self.next.0.compare_exchange(next, NOW, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// The function has been called. Time has gone on meanwhile: one that takes longer than its time is not to be called
    /// without a pause.
    fn set_next(&self) {
        self.next.0.store((self.publisher.env.clock.now() + self.every).millis(), Ordering::SeqCst);
    }

    /// Keeps the last value.
    fn forgive(&self, error: &Error) {
        FAILED_REFRESHES.inc(1);
        self.publisher.env.warn(error, "the side input keeps its last value");
    }
}

impl<V: Send + Sync + 'static> Operator for Refreshing<V> {
    fn watermark(&mut self, _time: Timestamp) -> Result<()> {
        if self.publisher.env.worker == 0 {
            self.load()?;
            self.set_next();
            self.publisher.advance(Timestamp::MAX);
        }
        self.alarm = Some(self.publisher.env.clock.now() + self.every);
        Ok(())
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        if self.is_due(now) {
            self.load().unwrap_or_else(|error| self.forgive(&error));
            self.set_next();
        }
        self.alarm = Some(match self.next.0.load(Ordering::SeqCst) {
            FIRST | NOW => now + self.every,
            next => Timestamp::from_millis(next),
        });
        Ok(())
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.alarm
    }
}
