//! A worker's end of an exchange.

use crate::exchange::{Exchange, Item};
use crate::idleness::Idleness;
use crate::wake::Wakers;
use beamline_sdk::Timestamp;
use beamline_sdk::kernel::{Mark, Packet};
use std::sync::Arc;

/// Takes what the senders of an exchange have to say to one worker.
pub(crate) struct Port {
    exchange: Arc<Exchange>,
    idleness: Arc<Idleness>,
    worker: usize,
    limit: usize,
    wakers: Arc<Wakers>,
    senders: Vec<Sender>,
    /// What is left of the packet that is being worked through.
    rest: Option<Packet>,
    /// Whether any of the senders has claimed to be idle, and has not come to its end.
    has_claims: bool,
    /// How far the senders have come, leaving claims aside.
    mark: Mark,
    /// The greatest watermark that any of them has told, but for its end.
    greatest: Timestamp,
}

/// What has been heard of a sender.
#[derive(Clone, Copy)]
struct Sender {
    time: Timestamp,
    /// Its last claim to be idle.
    claim: Option<u64>,
}

/// What came out of a queue.
pub(crate) enum Popped {
    Packet(Packet),
    /// A sender has said how it stands.
    Mark,
}

impl Port {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        idleness: Arc<Idleness>,
        worker: usize,
        limit: usize,
        wakers: Arc<Wakers>,
    ) -> Self {
        let senders = vec![Sender { time: Timestamp::MIN, claim: None }; exchange.queues.len()];
        Self {
            exchange,
            idleness,
            worker,
            limit,
            wakers,
            senders,
            rest: None,
            has_claims: false,
            mark: Mark::START,
            greatest: Timestamp::MIN,
        }
    }

    /// Takes the next thing: of a packet, about so many rows at most.
    pub(crate) fn pop(&mut self, most: usize) -> Option<Popped> {
        if let Some(rest) = self.rest.take() {
            return Some(Popped::Packet(self.front_of(rest, most)));
        }
        let (item, before) = self.exchange.queues[self.worker].pop()?;
        match item {
            Item::Packet(packet) => {
                if before > self.limit && before - packet.bytes <= self.limit {
                    self.wakers.wake_all_workers();
                }
                return Some(Popped::Packet(self.front_of(packet, most)));
            }
            Item::Watermark { sender, time: Timestamp::MAX } => {
                self.senders[sender] = Sender { time: Timestamp::MAX, claim: None };
            }
            Item::Watermark { sender, time } => {
                self.senders[sender].time = time;
                self.greatest = self.greatest.max(time);
            }
            Item::Idle { sender, claim } => self.senders[sender].claim = Some(claim),
        }
        self.has_claims = self.senders.iter().any(|sender| sender.claim.is_some());
        let heard = |sender: &Sender| Mark { time: sender.time, is_idle: false };
        self.mark = self.mark.advanced_by(self.senders.iter().map(heard));
        Some(Popped::Mark)
    }

    fn front_of(&mut self, mut packet: Packet, most: usize) -> Packet {
        let Some(front) = packet.take_front(most) else { return packet };
        self.rest = (packet.rows() > 0).then_some(packet);
        front
    }

    /// The greatest watermark that any of the senders has told, but for its end.
    pub(crate) fn greatest(&self) -> Timestamp {
        self.greatest
    }

    pub(crate) fn has_claims(&self) -> bool {
        self.has_claims
    }

    /// Whether it can be said who is idle.
    pub(crate) fn is_calm(&self) -> bool {
        !self.has_claims || self.exchange.senders.are_calm(&self.idleness)
    }

    /// How far the senders have come together. Those that are idle are left out, if their claims are good.
    pub(crate) fn mark(&self) -> Mark {
        if !self.has_claims {
            return self.mark;
        }
        let senders = self.senders.iter().enumerate();
        self.mark.advanced_by(senders.map(|(sender, heard)| {
            let is_good = |claim| self.exchange.senders.is_good(sender, claim, &self.idleness);
            Mark { time: heard.time, is_idle: heard.claim.is_some_and(is_good) }
        }))
    }
}
