//! Signals: side inputs without a value. All that is known of them is which of their windows are over.

use super::{Published, Publisher};
use crate::kernel::{Batch, Inbox, Link, Op, Operator, Packet, Push, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::AnyWindowFn;
use crate::{Element, Result, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// The shuffle of a signal: only watermarks travel.
pub(crate) struct Signal<T> {
    pub(crate) window_fn: AnyWindowFn,
    /// How long a window takes elements after its end.
    pub(crate) allowed_lateness: Duration,
    pub(crate) _elements: PhantomData<fn(T)>,
}

impl<T> Signal<T> {
    /// Nothing is remembered of windows that are over, so there is nothing to forget: a signal is not live.
    fn open(&self, wiring: &Wiring<'_>) -> Arc<Published<()>> {
        let window_fn = self.window_fn.clone();
        wiring.env.shared.open_view(wiring.id, || Published::new(window_fn, false, Box::new(|| Ok(()))))
    }
}

impl<T: Element> Shuffle for Signal<T> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::single::<T>(wiring, Silent(link))
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let publisher = Publisher::new(wiring, self.open(wiring));
        let signaling = Rc::new(RefCell::new(Signaling { publisher, allowed_lateness: self.allowed_lateness }));
        Receiver { inboxes: vec![signaling.clone()], control: signaling }
    }
}

/// Sends no element.
struct Silent(Rc<dyn Link>);

impl<T> Push<T> for Silent {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        batch.clear();
        Ok(())
    }
}

impl Operator for Silent {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.0.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.0.idle(is_idle);
        Ok(())
    }
}

struct Signaling {
    publisher: Publisher<()>,
    allowed_lateness: Duration,
}

impl Inbox for Signaling {
    fn deliver(&mut self, _packet: Packet) -> Result<()> {
        Ok(())
    }
}

impl Operator for Signaling {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if self.publisher.env.worker == 0 {
            let is_end = time == Timestamp::MAX;
            self.publisher.advance(if is_end { time } else { time - self.allowed_lateness });
        }
        Ok(())
    }
}
