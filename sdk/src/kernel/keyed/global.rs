//! Combining a whole collection into one value.

use crate::combine::CombineFn;
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::{
    Batch, Emitter, Inbox, Link, Meta, Op, Operator, Packet, Pending, Push, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, Result, Step, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a global combine: each worker combines its part, the first one merges the parts.
pub(crate) struct CombineGlobally<V, C> {
    combine: C,
    _values: PhantomData<fn() -> V>,
}

impl<V, C> CombineGlobally<V, C> {
    pub(crate) fn new(combine: C) -> Self {
        Self { combine, _values: PhantomData }
    }
}

impl<V: Element, C: CombineFn<V>> Shuffle for CombineGlobally<V, C> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        let (combine, step) = (self.combine.clone(), wiring.step.clone());
        Op::single(wiring, Partial::<V, C> { combine, step, acc: None, link, _values: PhantomData })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let merged = Merged::<V, C> {
            combine: self.combine.clone(),
            step: wiring.step.clone(),
            acc: None,
            emits: wiring.env.worker == 0,
            out: wiring.emitter(0),
            _values: PhantomData,
        };
        let merged = Rc::new(RefCell::new(merged));
        Receiver { inboxes: vec![merged.clone()], control: merged }
    }
}

struct Partial<V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    acc: Option<C::Acc>,
    link: Rc<dyn Link>,
    _values: PhantomData<V>,
}

impl<V, C: CombineFn<V>> Partial<V, C> {
    fn send(&mut self) -> Result<()> {
        let acc = self.acc.take();
        acc.map_or(Ok(()), |acc| self.link.send(0, Packet::new(acc, size_of::<C::Acc>())))
    }
}

impl<V: Element, C: CombineFn<V>> Push<V> for Partial<V, C> {
    fn push(&mut self, batch: &mut Batch<V>) -> Result<()> {
        let Self { combine, acc, step, .. } = self;
        catch(step, || {
            let acc = acc.get_or_insert_with(|| combine.create());
            drain(&mut batch.values).for_each(|v| combine.add(acc, v));
        })
    }
}

impl<V: Element, C: CombineFn<V>> Operator for Partial<V, C> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX {
            return Ok(());
        }
        self.send()?;
        self.link.watermark(time);
        Ok(())
    }

    fn halt(&mut self) -> Result<()> {
        self.send()
    }
}

struct Merged<V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    acc: Option<C::Acc>,
    emits: bool,
    out: Emitter<C::Out>,
    _values: PhantomData<V>,
}

impl<V: Element, C: CombineFn<V>> Inbox for Merged<V, C> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let other = packet.open();
        let Self { combine, acc, step, .. } = self;
        catch(step, || match acc {
            Some(acc) => combine.merge(acc, other),
            None => *acc = Some(other),
        })
    }
}

impl<V: Element, C: CombineFn<V>> Operator for Merged<V, C> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX || !self.emits {
            return Ok(());
        }
        self.out.begin(&Meta::end_of_global_window());
        let Self { combine, acc, step, out, .. } = self;
        catch(step, || {
            let acc = acc.take().unwrap_or_else(|| combine.create());
            out.emit(combine.extract(acc));
        })?;
        self.out.check()
    }

    fn pending(&self) -> Option<Pending> {
        Some(Pending { count: u64::from(self.acc.is_some()), what: "combined values", next_event: None })
    }
}
