//! Packets between workers: a queue for each shuffle input and receiver, with back-pressure.
//!
//! A sender whose receiver is overloaded does not wait idly: it runs later stages of its own worker, later than the one
//! that is on top of its stack. So stacks grow towards later stages only, and a stage sends to later ones only. Of all
//! the stages that somebody waits for, look at the latest: the worker that owns the full queue cannot be at that stage or
//! behind it, for it would then wait for a still later one; so it is free to drain the queue, and does. There is no
//! deadlock, and a function that emits without end fills one queue.
//!
//! Stages that may have to wait for a side input are the exception: they are never run in passing, so only the lowest
//! stage on a stack can be of that kind. When it is the one that waits, everything else goes on above it, from the
//! sources of the side input on: the plan has seen to it that none of that needs the stage that waits.

use crate::idleness::{Idleness, Senders};
use crate::plan::StageId;
use crate::wake::Wakers;
use beamline_sdk::kernel::{Link, Packet, Shared};
use beamline_sdk::{Result, Timestamp};
use parking_lot::Mutex;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a sender has to say, in its order.
pub(crate) enum Item {
    Packet(Packet),
    /// The `sender`-th sender has come so far.
    Watermark {
        sender: usize,
        time: Timestamp,
    },
    /// The `sender`-th sender need not be waited for while its claim is good.
    Idle {
        sender: usize,
        claim: u64,
    },
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Packet(packet) => packet.bytes,
            Self::Watermark { .. } | Self::Idle { .. } => 0,
        }
    }
}

/// Packets and watermarks for one receiver.
#[derive(Default)]
pub(crate) struct Queue {
    items: Mutex<VecDeque<Item>>,
    len: AtomicUsize,
    bytes: AtomicUsize,
}

impl Queue {
    fn push(&self, item: Item) -> usize {
        let bytes = item.bytes();
        let mut items = self.items.lock();
        items.push_back(item);
        self.len.fetch_add(1, Ordering::Release);
        self.bytes.fetch_add(bytes, Ordering::AcqRel) + bytes
    }

    /// Takes the first item; says also how many bytes there were with it.
    pub(crate) fn pop(&self) -> Option<(Item, usize)> {
        if self.is_empty() {
            return None;
        }
        let item = self.items.lock().pop_front()?;
        self.len.fetch_sub(1, Ordering::Release);
        let before = self.bytes.fetch_sub(item.bytes(), Ordering::AcqRel);
        Some((item, before))
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }
}

/// One shuffle input.
pub(crate) struct Exchange {
    /// A queue for each receiver.
    pub(crate) queues: Vec<Queue>,
    pub(crate) senders: Senders,
}

impl Exchange {
    /// An exchange between the workers, whose senders are in the stage `from`.
    pub(crate) fn new(from: StageId, workers: usize) -> Self {
        Self { queues: (0..workers).map(|_| Queue::default()).collect(), senders: Senders::new(from, workers) }
    }
}

/// Work that a sender does while it waits.
pub(crate) trait Helper {
    /// Runs a stage that is not on the stack while the `waiting_for` stage is overloaded; says whether there was
    /// anything to do.
    fn help(&self, waiting_for: StageId) -> Result<bool>;
}

/// Found when the worker is complete.
pub(crate) type HelperCell = Rc<RefCell<Option<Weak<dyn Helper>>>>;

/// A sender's way to the receivers.
pub(crate) struct LocalLink {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) idleness: Arc<Idleness>,
    pub(crate) claims: Claims,
    pub(crate) shared: Arc<Shared>,
    pub(crate) wakers: Arc<Wakers>,
    pub(crate) helper: HelperCell,
    /// The bytes that a queue may hold.
    pub(crate) limit: usize,
    pub(crate) worker: usize,
    /// The stage that receives.
    pub(crate) target: StageId,
}

/// What a sender says of itself.
#[derive(Default)]
pub(crate) struct Claims {
    /// Whether it would be idle.
    is_idle: Cell<bool>,
    /// How often somebody before it had woken up when it claimed to be idle; nothing if it does not.
    claimed_at: Cell<Option<u64>>,
}

impl LocalLink {
    pub(crate) fn is_claimed(&self) -> bool {
        self.claims.claimed_at.get().is_some()
    }

    /// At the end of a bundle: claims to be idle, if it is and has not yet, when all that has come from before it is
    /// worked through, if somebody had woken up there so many times; nothing is claimed if that is not known.
    pub(crate) fn settle(&self, before: Option<u64>) {
        if !self.claims.is_idle.get() {
            return self.wake_up();
        }
        let Some(wakes) = before else { return };
        if self.claims.claimed_at.replace(before) != before {
            let claim = self.exchange.senders.claim(self.worker, wakes);
            self.tell_all(|| Item::Idle { sender: self.worker, claim });
        }
    }

    /// Nothing goes out under a claim.
    fn wake_up(&self) {
        if self.claims.claimed_at.take().is_some() {
            self.exchange.senders.wake(self.worker, self.target, &self.idleness);
        }
    }

    fn tell_all(&self, item: impl Fn() -> Item) {
        for queue in &self.exchange.queues {
            queue.push(item());
        }
        self.wakers.wake_all_workers();
    }

    #[cold]
    fn wait_for(&self, to: usize) -> Result<()> {
        let helper = self.helper.borrow().as_ref().and_then(Weak::upgrade);
        while self.exchange.queues[to].bytes() > self.limit {
            self.shared.check()?;
            let seen = self.wakers.calls(self.worker);
            let helped = helper.as_ref().map_or(Ok(false), |h| h.help(self.target))?;
            if !helped && self.exchange.queues[to].bytes() > self.limit {
                self.wakers.sleep(self.worker, seen, Duration::MAX);
            }
        }
        Ok(())
    }
}

impl Link for LocalLink {
    fn send(&self, to: usize, packet: Packet) -> Result<()> {
        self.wake_up();
        let bytes = self.exchange.queues[to].push(Item::Packet(packet));
        self.wakers.wake(to);
        if bytes > self.limit { self.wait_for(to) } else { Ok(()) }
    }

    fn watermark(&self, time: Timestamp) {
        self.wake_up();
        self.tell_all(|| Item::Watermark { sender: self.worker, time });
    }

    fn idle(&self, is_idle: bool) {
        self.claims.is_idle.set(is_idle);
    }
}
