//! What goes into a grouping and what comes out of it, where that is not pairs.

use super::late::Keyless;
use super::{Inputs, Late};
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::route::{HashSender, Router};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Inbox, Link, Op, Operator, Packet, Push, Wiring};
use crate::{Element, Key, Result, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// How a result is shown.
pub(crate) trait ResultRow<K, O>: 'static {
    type Row: Element;

    fn row(key: K, result: O) -> Self::Row;
}

/// With its key.
pub(crate) struct Pairs;

impl<K: Key, O: Element> ResultRow<K, O> for Pairs {
    type Row = (K, O);

    fn row(key: K, result: O) -> (K, O) {
        (key, result)
    }
}

/// Without a key, where there is only one.
pub(crate) struct Alone;

impl<O: Element> ResultRow<(), O> for Alone {
    type Row = O;

    fn row((): (), result: O) -> O {
        result
    }
}

/// A collection whose elements have no keys: all are grouped together, on one worker.
pub(crate) struct Whole<V>(PhantomData<V>);

impl<V: Element> Inputs<(), V> for Whole<V> {
    const COUNT: usize = 1;

    fn sender(_input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op {
        Op::single(wiring, ToOne::<V> { router: Router::new(link, wiring.env) })
    }

    fn inboxes(grouping: &Grouping<(), V>) -> Vec<Rc<RefCell<dyn Inbox>>> {
        One::<V>::inboxes(grouping)
    }

    fn late(wiring: &Wiring<'_>) -> Late<(), V> {
        Late::of(wiring, || Keyless(wiring.emitter(1)))
    }
}

/// Takes the rows of a grouping.
pub(crate) trait Takes<K, V> {
    fn take(&mut self, rows: HashedRows<(K, V)>) -> Result<()>;
}

/// A grouping as its inboxes see it.
pub(crate) type Grouping<K, V> = Rc<RefCell<dyn Takes<K, V>>>;

/// The inbox of one of several inputs.
pub(super) struct Input<K, A, V> {
    pub(super) grouping: Grouping<K, V>,
    pub(super) wrap: fn(A) -> V,
}

impl<K: Key, A: Element, V: Element> Inbox for Input<K, A, V> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let HashedRows { hashes, batch } = packet.open::<HashedRows<(K, A)>>();
        let values = batch.values.into_iter().map(|(key, value)| (key, (self.wrap)(value))).collect();
        self.grouping.borrow_mut().take(HashedRows { hashes, batch: Batch { values, meta: batch.meta } })
    }
}

/// The inbox of the only input.
struct Only<K, V>(Grouping<K, V>);

impl<K: Key, V: Element> Inbox for Only<K, V> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.0.borrow_mut().take(packet.open())
    }
}

/// A collection of pairs with values `V`.
pub(crate) struct One<V>(PhantomData<V>);

impl<K: Key, V: Element> Inputs<K, V> for One<V> {
    const COUNT: usize = 1;

    fn sender(_input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op {
        Op::keyed(wiring, HashSender::<K, V>::new(link, wiring.env))
    }

    fn inboxes(grouping: &Grouping<K, V>) -> Vec<Rc<RefCell<dyn Inbox>>> {
        vec![Rc::new(RefCell::new(Only(grouping.clone())))]
    }

    fn late(wiring: &Wiring<'_>) -> Late<K, V> {
        Late::of(wiring, || wiring.emitter::<(K, V)>(1))
    }
}

/// Sends elements to the owner of the only key.
struct ToOne<V> {
    router: Router<((), V)>,
}

impl<V: Element> Push<V> for ToOne<V> {
    fn push(&mut self, batch: &mut Batch<V>) -> Result<()> {
        let Batch { values, meta } = batch.take();
        let hashes = vec![hash_key(&()); values.len()];
        let mut keyed = Batch { values: values.into_iter().map(|value| ((), value)).collect(), meta };
        self.router.send_all(hashes, &mut keyed)
    }
}

impl<V: Element> Operator for ToOne<V> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.router.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.router.watermark(time)
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.router.idle(is_idle)
    }
}
