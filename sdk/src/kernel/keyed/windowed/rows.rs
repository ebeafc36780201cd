//! What goes into a grouping and what comes out of it, where that is not pairs.

use super::Inputs;
use super::receiver::Grouping;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::route::Router;
use crate::kernel::{Batch, Inbox, Link, Op, Operator, Push, Wiring};
use crate::window::reduce::Contents;
use crate::{Element, Key, Result, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// How a result is shown.
pub(crate) trait ResultRow<K, O>: 'static {
    type Row: Element;

    fn row(key: &K, result: O) -> Self::Row;
}

/// With its key.
pub(crate) struct Pairs;

impl<K: Key, O: Element> ResultRow<K, O> for Pairs {
    type Row = (K, O);

    fn row(key: &K, result: O) -> (K, O) {
        (key.clone(), result)
    }
}

/// Without a key, where there is only one.
pub(crate) struct Alone;

impl<O: Element> ResultRow<(), O> for Alone {
    type Row = O;

    fn row((): &(), result: O) -> O {
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

    fn inboxes<X, R>(grouping: &Rc<RefCell<Grouping<(), V, X, R>>>) -> Vec<Rc<RefCell<dyn Inbox>>>
    where
        X: Contents<V> + 'static,
        R: ResultRow<(), X::Out>,
    {
        vec![grouping.clone()]
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
