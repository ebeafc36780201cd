//! Combining per key on several workers: what a sender keeps for its own worker is handed over as a table, the rest as
//! rows, and nothing is lost or counted twice.

use super::{Rig, env};
use crate::combine::ToList;
use crate::kernel::hash::{hash_key, owner};
use crate::kernel::keyed::CombinePerKey;
use crate::kernel::memory::{MemoryBudget, Reservation};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Env, Link, Meta, Op, Output, Packet, Receiver, Shuffle, ShuffleMode};
use crate::{Result, Timestamp};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// A number that no other value has, and a text that takes memory.
type Value = (u32, String);

#[derive(Clone, Debug)]
enum Event {
    /// A worker reads a batch: keys, and the lengths of the texts.
    Rows(usize, Vec<(u8, usize)>),
    Halt(usize),
    /// A worker has read all.
    End(usize),
    /// One of the packets that are under way arrives, whichever that is.
    Deliver(usize),
}

fn events(workers: usize) -> impl Strategy<Value = Vec<Event>> {
    let length = prop_oneof![20 => 0usize..30, 1 => Just(300_000)];
    let rows = (0..workers, prop::collection::vec((0u8..40, length), 0..30));
    let event = prop_oneof![
        6 => rows.prop_map(|(worker, rows)| Event::Rows(worker, rows)),
        1 => (0..workers).prop_map(Event::Halt),
        1 => (0..workers).prop_map(Event::End),
        6 => (0usize..100).prop_map(Event::Deliver),
    ];
    prop::collection::vec(event, 0..30)
}

fn budgets() -> impl Strategy<Value = fn() -> MemoryBudget> {
    let choices: [fn() -> MemoryBudget; 4] = [
        || MemoryBudget::new(usize::MAX / 2),
        || MemoryBudget::new(2 << 20),
        || MemoryBudget::new(0),
        || MemoryBudget::new(0).starving(700),
    ];
    prop::sample::select(choices.to_vec())
}

/// What is under way, and to whom.
#[derive(Default)]
struct Sent {
    packets: RefCell<Vec<(usize, Packet)>>,
    rows: Cell<usize>,
    tables: Cell<usize>,
}

/// A sender's way.
struct Way {
    from: usize,
    sent: Rc<Sent>,
}

impl Link for Way {
    fn send(&self, to: usize, packet: Packet) -> Result<()> {
        let packet = match packet.open_if::<HashedRows<(u8, Vec<Value>)>>() {
            Ok(rows) => {
                self.sent.rows.set(self.sent.rows.get() + rows.hashes.len());
                Packet::divisible(rows, 0)
            }
            Err(table) => {
                assert_eq!(self.from, to, "tables stay on their worker");
                self.sent.tables.set(self.sent.tables.get() + 1);
                table
            }
        };
        self.sent.packets.borrow_mut().push((to, packet));
        Ok(())
    }

    fn watermark(&self, time: Timestamp) {
        assert_eq!(time, Timestamp::MAX);
    }

    fn idle(&self, _is_idle: bool) {}
}

/// Both sides of the shuffle on a worker.
struct Sides<'a> {
    out: Rig<'a, (u8, Vec<Value>)>,
    sender: Op,
    to_sender: Output<(u8, Value)>,
    receiver: Receiver,
    has_ended: bool,
}

impl<'a> Sides<'a> {
    fn new(env: &'a Rc<Env>, sent: &Rc<Sent>, lifted: bool) -> Self {
        let (shuffle, out) = (CombinePerKey::<u8, Value, _>::new(ToList), Rig::new(env));
        let link = Rc::new(Way { from: env.worker, sent: sent.clone() });
        let sender = shuffle.sender(0, link, &out.wiring, ShuffleMode { lifted });
        let receiver = shuffle.receiver(&out.wiring);
        let to_sender = Output::new(&sender.inputs, Rc::default(), env);
        Self { out, sender, to_sender, receiver, has_ended: false }
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.sender.control.borrow_mut().watermark(Timestamp::MAX).unwrap();
        }
    }

    /// How many keys it says that it has, as long as they are in memory.
    fn pending_keys(&self) -> Option<u64> {
        let pending = self.receiver.control.borrow().pending().unwrap();
        pending.what.contains("keys").then_some(pending.count)
    }

    fn results(&self) -> Vec<(u8, Vec<Value>)> {
        let mut receiver = self.receiver.control.borrow_mut();
        receiver.watermark(Timestamp::MAX).unwrap();
        receiver.finish_bundle().unwrap();
        self.out.rows.take().into_iter().map(|(row, _)| row).collect()
    }
}

struct Workers<'a> {
    sides: Vec<Sides<'a>>,
    sent: Rc<Sent>,
    /// What each key has been given.
    model: BTreeMap<u8, BTreeSet<Value>>,
    values: u32,
}

fn envs(workers: usize, budget: &Arc<MemoryBudget>) -> Vec<Rc<Env>> {
    let with_budget = |worker| {
        let mut env = env(worker, workers, 5, 0);
        Rc::get_mut(&mut env).expect("nobody else has it").memory = budget.clone();
        env
    };
    (0..workers).map(with_budget).collect()
}

impl<'a> Workers<'a> {
    fn new(envs: &'a [Rc<Env>], lifted: bool) -> Self {
        let sent = Rc::default();
        let sides = envs.iter().map(|env| Sides::new(env, &sent, lifted)).collect();
        Self { sides, sent, model: BTreeMap::new(), values: 0 }
    }

    fn push(&mut self, worker: usize, rows: &[(u8, usize)]) {
        if self.sides[worker].has_ended {
            return;
        }
        let mut batch = Batch { values: Vec::new(), meta: Meta::unstamped() };
        for (key, length) in rows {
            let value = (self.values, "x".repeat(*length));
            self.values += 1;
            self.model.entry(*key).or_default().insert(value.clone());
            batch.values.push((*key, value));
        }
        self.sides[worker].to_sender.push(&mut batch).unwrap();
    }

    fn deliver(&self, index: usize) {
        let under_way = self.sent.packets.borrow().len();
        if under_way > 0 {
            let (to, packet) = self.sent.packets.borrow_mut().remove(index % under_way);
            self.sides[to].receiver.inboxes[0].borrow_mut().deliver(packet).unwrap();
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Rows(worker, rows) => self.push(*worker, rows),
            Event::Halt(worker) => self.sides[*worker].sender.control.borrow_mut().halt().unwrap(),
            Event::End(worker) => self.sides[*worker].end(),
            Event::Deliver(index) => self.deliver(*index),
        }
    }

    /// All that is left to do, in an order that a number stands for.
    fn finish(&mut self, order: usize) {
        let workers = self.sides.len();
        (0..workers).for_each(|i| self.sides[(i + order) % workers].end());
        while !self.sent.packets.borrow().is_empty() {
            self.deliver(order);
        }
    }

    fn owned_by(&self, worker: usize) -> Vec<u8> {
        let is_own = |key: &&u8| owner(hash_key(*key), self.sides.len()) == worker;
        self.model.keys().filter(is_own).copied().collect()
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_or_counted_twice(
        (workers, events) in (1usize..4).prop_flat_map(|workers| (Just(workers), events(workers))),
        budget in budgets(),
        lifted in prop::bool::weighted(0.9),
        order in 0usize..100,
    ) {
        let budget = Arc::new(budget());
        let envs = envs(workers, &budget);
        let mut all = Workers::new(&envs, lifted);
        events.iter().for_each(|event| all.happen(event));
        all.finish(order);
        let mut results = BTreeMap::new();
        for (worker, sides) in all.sides.iter().enumerate() {
            let own = all.owned_by(worker);
            prop_assert!(sides.pending_keys().is_none_or(|keys| keys == own.len() as u64));
            let shown = sides.results();
            prop_assert_eq!(shown.iter().map(|(key, _)| *key).collect::<BTreeSet<_>>(), own.into_iter().collect());
            for (key, values) in shown {
                let count = values.len();
                let values: BTreeSet<Value> = values.into_iter().collect();
                prop_assert_eq!(values.len(), count, "a value comes once");
                prop_assert!(results.insert(key, values).is_none(), "a key comes once");
            }
            prop_assert_eq!(sides.pending_keys(), Some(0));
        }
        prop_assert!(results == all.model);
        drop(all);
        prop_assert!(budget.limit() > 2 << 20 || Reservation::exact(&budget).grow(budget.limit()), "all is given back");
    }
}

#[test]
fn one_worker_hands_a_table_over_and_sends_no_row() {
    let budget = Arc::new(MemoryBudget::new(1 << 30));
    let envs = envs(1, &budget);
    let mut all = Workers::new(&envs, true);
    (0..50).for_each(|_| all.push(0, &[(1, 1), (2, 2), (3, 1)]));
    all.finish(0);
    assert_eq!((all.sent.tables.get(), all.sent.rows.get()), (1, 0));
    assert_eq!(all.sides[0].pending_keys(), Some(3));
}

#[test]
fn only_what_others_own_is_sent_as_rows() {
    let budget = Arc::new(MemoryBudget::new(1 << 30));
    let envs = envs(2, &budget);
    let mut all = Workers::new(&envs, true);
    let keys: Vec<(u8, usize)> = (0..40).map(|key| (key, 1)).collect();
    (0..2).for_each(|worker| all.push(worker, &keys));
    all.finish(0);
    assert_eq!((all.sent.tables.get(), all.sent.rows.get()), (2, 40));
}

#[test]
fn what_has_outgrown_its_memory_is_sent_as_rows() {
    let budget = Arc::new(MemoryBudget::new(0));
    let envs = envs(1, &budget);
    let mut all = Workers::new(&envs, true);
    // A table is counted as its keys come. What they have is more than it may use without asking.
    (0..10).for_each(|_| all.push(0, &[(1, 200_000)]));
    all.finish(0);
    assert_eq!((all.sent.tables.get(), all.sent.rows.get()), (0, 1));
    assert_eq!(all.sides[0].pending_keys(), None);
    assert_eq!(all.sides[0].results().len(), 1);
}
