//! Grouping: all values of a key together, of one collection or of several.
//!
//! Rows are collected into partitions as they come, which touches memory in a few places only, and are grouped when the
//! last one has come, a partition at a time, which fits a cache. What does not fit into the budget has meanwhile gone
//! to disk; a partition that is still too large is divided by further bits of its hashes, and a single key that is
//! larger than memory keeps its values on disk, to be paged in by whoever iterates over them.

use super::partitions::Rows;
use super::route::HashSender;
use super::until_the_end;
use crate::kernel::drain::drain;
use crate::kernel::hash::{PARTITIONS, hash_key};
use crate::kernel::memory::Reservation;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{
    Emitter, Env, Inbox, Link, Meta, Op, Operator, Packet, Pending, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::values::Values;
use crate::{Element, Key, Result, Timestamp};
use hashbrown::HashTable;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// The keys of the partition in work, numbered.
pub(crate) struct KeyIndex<K> {
    table: HashTable<u32>,
    keys: Vec<(u64, K)>,
}

impl<K: Key> KeyIndex<K> {
    fn new() -> Self {
        Self { table: HashTable::new(), keys: Vec::new() }
    }

    /// The number of the key of each row, and the hashes of those that are new: they are to be [named](Self::name) in their
    /// order before there are others.
    fn number<V>(&mut self, rows: &[Vec<(K, V)>]) -> (Vec<u32>, Vec<u64>) {
        let Self { table, keys } = self;
        let mut new: Vec<(u64, &K)> = Vec::new();
        let mut numbers = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        // The low bits have been used up to get here.
        let spread = |hash: u64| hash.rotate_right(32);
        for (key, _) in rows.iter().flatten() {
            let hash = hash_key(key);
            let at = |n: u32| match keys.get(n as usize) {
                Some((hash, key)) => (*hash, key),
                None => new[n as usize - keys.len()],
            };
            if let Some(n) = table.find(spread(hash), |n| at(*n) == (hash, key)) {
                numbers.push(*n);
                continue;
            }
            let next = (keys.len() + new.len()) as u32;
            table.insert_unique(spread(hash), next, |n| spread(at(*n).0));
            new.push((hash, key));
            numbers.push(next);
        }
        (numbers, new.into_iter().map(|(hash, _)| hash).collect())
    }

    /// Says which key has the next number.
    #[inline]
    fn name(&mut self, hash: u64, key: K) {
        self.keys.push((hash, key));
    }
}

/// The values of each numbered key, of one input.
pub(crate) struct Grouped<V>(Vec<Vec<V>>);

/// The inputs of a grouping, one `Rows` each: implemented for tuples.
pub(crate) trait Groups<K: Key>: Sized + 'static {
    /// The values of one key: `Values` of a single input, a tuple of them of several.
    type Out: Element;
    /// The values of the keys of a partition.
    type Grouped;

    fn new(env: &Rc<Env>) -> Self;
    fn inboxes(shared: &Rc<RefCell<CoGroupReceiver<K, Self>>>) -> Vec<Rc<RefCell<dyn Inbox>>>;
    fn sender(input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op;
    const INPUTS: usize;

    fn bytes(&self, part: usize) -> usize;
    fn has_rows(&self, part: usize) -> bool;
    fn is_spilled(&self, part: usize) -> bool;
    fn is_indivisible(&self, part: usize) -> bool;
    fn frequent_hash(&self, part: usize) -> Result<Option<u64>>;
    fn evict(&mut self, part: usize) -> Result<()>;
    fn divide(&mut self, part: usize, hot: Option<u64>) -> Result<Self>;
    fn any_key(&self, part: usize) -> Result<Option<K>>;
    fn page(&mut self, part: usize, key: &K, others: &mut Self) -> Result<Self::Out>;
    fn empty(&self) -> Self;
    fn group(&mut self, part: usize, keys: &mut KeyIndex<K>) -> Result<Self::Grouped>;
    fn take(grouped: &mut Self::Grouped, key: usize) -> Self::Out;
}

/// Numbers the keys of a partition, and then moves each value to those of its key: once, however large it is.
fn group_rows<K: Key, V: Element>(rows: &mut Rows<K, V>, part: usize, keys: &mut KeyIndex<K>) -> Result<Grouped<V>> {
    let chunks = rows.take(part)?;
    let (numbers, new) = keys.number(&chunks);
    let (known, all) = (keys.keys.len(), keys.keys.len() + new.len());
    let mut counts = vec![0_usize; all];
    numbers.iter().for_each(|n| counts[*n as usize] += 1);
    let mut groups: Vec<Vec<V>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (n, (key, value)) in numbers.into_iter().zip(chunks.into_iter().flatten()) {
        if n as usize == keys.keys.len() {
            keys.name(new[n as usize - known], key);
        }
        groups[n as usize].push(value);
    }
    Ok(Grouped(groups))
}

impl<V: Element> Grouped<V> {
    fn take(&mut self, key: usize) -> Values<V> {
        self.0.get_mut(key).map(std::mem::take).unwrap_or_default().into()
    }
}

/// The inbox of one input of a grouping.
struct Input<K: Key, V, G: Groups<K>> {
    receiver: Rc<RefCell<CoGroupReceiver<K, G>>>,
    rows: fn(&mut G) -> &mut Rows<K, V>,
}

impl<K: Key, V: Element, G: Groups<K>> Inbox for Input<K, V, G> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let mut packet = packet.open::<HashedRows<(K, V)>>();
        let mut receiver = self.receiver.borrow_mut();
        let rows = (self.rows)(&mut receiver.groups);
        let mut pairs = packet.hashes.iter().zip(drain(&mut packet.batch.values));
        pairs.try_for_each(|(hash, (key, value))| rows.add(*hash, key, value))?;
        drop(pairs);
        receiver.env.recycling.put(packet);
        Ok(())
    }
}

// Without a comma behind the last one, a single input gives no tuple.
macro_rules! groups {
    ($inputs:literal: $($V:ident $index:tt),+) => {
        impl<K: Key, $($V: Element),+> Groups<K> for ($(Rows<K, $V>,)+) {
            #[allow(unused_parens, reason = "there are some around a tuple, and none around a single type")]
            type Out = ($(Values<$V>),+);
            type Grouped = ($(Grouped<$V>,)+);
            const INPUTS: usize = $inputs;

            fn new(env: &Rc<Env>) -> Self {
                ($(Rows::<K, $V>::new(env),)+)
            }

            fn inboxes(shared: &Rc<RefCell<CoGroupReceiver<K, Self>>>) -> Vec<Rc<RefCell<dyn Inbox>>> {
                vec![$({
                    let rows: fn(&mut Self) -> &mut Rows<K, $V> = |all| &mut all.$index;
                    Rc::new(RefCell::new(Input { receiver: shared.clone(), rows }))
                }),+]
            }

            fn sender(input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op {
                match input {
                    $($index => Op::keyed(wiring, HashSender::<K, $V>::new(link, wiring.env)),)+
                    _ => unreachable!("a grouping of {} inputs has no input {input}", $inputs),
                }
            }

            fn bytes(&self, part: usize) -> usize {
                0 $(+ self.$index.bytes(part))+
            }

            fn has_rows(&self, part: usize) -> bool {
                false $(|| self.$index.has_rows(part))+
            }

            fn is_spilled(&self, part: usize) -> bool {
                false $(|| self.$index.is_spilled(part))+
            }

            fn is_indivisible(&self, part: usize) -> bool {
                true $(&& self.$index.is_indivisible(part))+
            }

            fn frequent_hash(&self, part: usize) -> Result<Option<u64>> {
                $(if let Some(hash) = self.$index.frequent_hash(part)? {
                    return Ok(Some(hash));
                })+
                Ok(None)
            }

            fn evict(&mut self, part: usize) -> Result<()> {
                $(self.$index.evict(part)?;)+
                Ok(())
            }

            fn divide(&mut self, part: usize, hot: Option<u64>) -> Result<Self> {
                Ok(($(self.$index.divide(part, hot)?,)+))
            }

            fn any_key(&self, part: usize) -> Result<Option<K>> {
                $(if let Some(key) = self.$index.any_key(part)? {
                    return Ok(Some(key));
                })+
                Ok(None)
            }

            #[allow(clippy::needless_question_mark, reason = "it is needed for more than one")]
            fn page(&mut self, part: usize, key: &K, others: &mut Self) -> Result<Self::Out> {
                let out = ($(self.$index.page(part, key, &mut others.$index)?),+);
                Ok(out)
            }

            fn empty(&self) -> Self {
                ($(self.$index.empty(),)+)
            }

            fn group(&mut self, part: usize, keys: &mut KeyIndex<K>) -> Result<Self::Grouped> {
                Ok(($(group_rows(&mut self.$index, part, keys)?,)+))
            }

            fn take(grouped: &mut Self::Grouped, key: usize) -> Self::Out {
                ($(grouped.$index.take(key)),+)
            }
        }
    };
}

groups!(1: A 0);
groups!(2: A 0, B 1);
groups!(3: A 0, B 1, C 2);
groups!(4: A 0, B 1, C 2, D 3);
groups!(5: A 0, B 1, C 2, D 3, E 4);
groups!(6: A 0, B 1, C 2, D 3, E 4, F 5);

/// Collects rows, and emits a key with its values when all have come.
pub(crate) struct CoGroupReceiver<K: Key, G: Groups<K>> {
    groups: G,
    out: Emitter<(K, G::Out)>,
    /// Bytes of groups since the last flush.
    emitted: usize,
    env: Rc<Env>,
}

/// The bytes of groups that may wait for a batch to be full.
const LARGEST_BATCH: usize = 1 << 20;

impl<K: Key, G: Groups<K>> CoGroupReceiver<K, G> {
    fn emit_all(&mut self) -> Result<()> {
        self.out.begin(&Meta::end_of_global_window());
        let groups = std::mem::replace(&mut self.groups, G::new(&self.env));
        self.emit_groups(groups)?;
        self.out.check()
    }

    /// Emits the groups of all partitions, one after the other.
    fn emit_groups(&mut self, groups: G) -> Result<()> {
        let mut open = vec![(groups, 0..=PARTITIONS)];
        while let Some((groups, parts)) = open.last_mut() {
            self.env.shared.check()?;
            let Some(part) = parts.next() else {
                open.pop();
                continue;
            };
            let more = self.emit_part(groups, part)?;
            // What has nothing left would keep its file open below the others.
            if !parts.clone().any(|part| groups.has_rows(part)) {
                open.pop();
            }
            open.extend(more.map(|groups| (groups, 0..=PARTITIONS)));
        }
        Ok(())
    }

    /// Emits a partition, or as much of it as can be; gives back the rest.
    fn emit_part(&mut self, groups: &mut G, part: usize) -> Result<Option<G>> {
        if self.fits(groups, part) {
            self.emit_partition(groups, part)?;
            return Ok(None);
        }
        groups.evict(part)?;
        if groups.is_indivisible(part) {
            return self.emit_hot(groups, part);
        }
        let hot = groups.frequent_hash(part)?;
        groups.divide(part, hot).map(Some)
    }

    /// Whether there is memory for the groups of a partition, beside its rows as far as they are in memory.
    fn fits(&self, groups: &G, part: usize) -> bool {
        let bytes = groups.bytes(part);
        let has_room = || !groups.is_spilled(part) && Reservation::exact(&self.env.memory).grow(bytes);
        bytes <= self.env.working_memory() || has_room()
    }

    fn emit_partition(&mut self, groups: &mut G, part: usize) -> Result<()> {
        self.emitted += groups.bytes(part);
        let mut keys = KeyIndex::new();
        let mut grouped = groups.group(part, &mut keys)?;
        for (n, (_, key)) in keys.keys.into_iter().enumerate() {
            self.out.emit((key, G::take(&mut grouped, n)));
        }
        // A batch of large groups would take more memory than there is.
        if self.emitted > LARGEST_BATCH {
            self.emitted = 0;
            return self.out.flush();
        }
        self.out.check()
    }

    /// Emits a key that is too large for memory, at once since it has a file open; gives back those that share its
    /// hash.
    fn emit_hot(&mut self, groups: &mut G, part: usize) -> Result<Option<G>> {
        let Some(key) = groups.any_key(part)? else { return Ok(None) };
        let mut others = groups.empty();
        let values = groups.page(part, &key, &mut others)?;
        self.out.emit((key, values));
        self.out.flush()?;
        Ok(Some(others))
    }
}

impl<K: Key, G: Groups<K>> Operator for CoGroupReceiver<K, G> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time == Timestamp::MAX { self.emit_all() } else { Ok(()) }
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        until_the_end(input)
    }

    fn pending(&self) -> Option<Pending> {
        let bytes: usize = (0..=PARTITIONS).map(|part| self.groups.bytes(part)).sum();
        Some(Pending { count: bytes as u64, what: "bytes of rows to be grouped", next_event: None })
    }
}

/// The shuffle of a grouping.
pub(crate) struct CoGroup<K, G>(PhantomData<fn() -> (K, G)>);

impl<K, G> CoGroup<K, G> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<K: Key, G: Groups<K>> Shuffle for CoGroup<K, G> {
    fn inputs(&self) -> usize {
        G::INPUTS
    }

    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        G::sender(input, link, wiring)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let env = wiring.env.clone();
        let receiver = CoGroupReceiver { groups: G::new(&env), out: wiring.emitter(0), emitted: 0, env };
        let receiver = Rc::new(RefCell::new(receiver));
        Receiver { inboxes: G::inboxes(&receiver), control: receiver }
    }
}
