//! The edges inside a stage: one call per batch.

use super::batch::Batch;
use super::current::{self, StepId};
use super::cut;
use super::env::{Env, Shared};
use super::flow::{Flow, Lens, Watched};
use super::guard::catch;
use super::operator::Wiring;
use super::pace::Pace;
use crate::{Element, Result, RunId, Step};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Takes batches of `T`.
pub trait Push<T> {
    /// Takes all elements out of `batch`; its buffers stay with the caller for the next one.
    ///
    /// # Errors
    /// When a step further down fails; the pipeline is lost.
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()>;
}

type Copier<T> = fn(&Batch<T>) -> Batch<T>;

/// A step that reads a collection, as its producer sees it.
pub struct Consumer<T> {
    id: StepId,
    step: Arc<Step>,
    op: Rc<RefCell<dyn Push<T>>>,
    copy: Option<Copier<T>>,
    lens: Lens<T>,
}

impl<T> Clone for Consumer<T> {
    fn clone(&self) -> Self {
        Self { op: self.op.clone(), step: self.step.clone(), ..*self }
    }
}

impl<T: 'static> Consumer<T> {
    /// A consumer that can share its input with others.
    pub fn new(wiring: &Wiring<'_>, op: Rc<RefCell<dyn Push<T>>>) -> Self
    where
        T: Element,
    {
        Self::seen_through(Lens::new(), wiring, op)
    }

    /// A consumer that can share its input with others, and shows it in its own way.
    pub(super) fn seen_through(lens: Lens<T>, wiring: &Wiring<'_>, op: Rc<RefCell<dyn Push<T>>>) -> Self
    where
        T: Element,
    {
        Self { copy: Some(Batch::clone), lens, ..Self::exclusive(wiring, op) }
    }

    /// The only consumer of its input, which therefore need not be `Clone`.
    pub fn exclusive(wiring: &Wiring<'_>, op: Rc<RefCell<dyn Push<T>>>) -> Self {
        Self { id: wiring.id, step: wiring.step.clone(), op, copy: None, lens: Lens::blind() }
    }

    /// Without its type, for the runner.
    pub fn erase(self) -> ErasedConsumer {
        ErasedConsumer(Rc::new(self))
    }

    /// A panic in here, such as in the hash of a key, is this step's: the one that pushes has no part in it.
    fn push(&self, batch: &mut Batch<T>) -> Result<()> {
        let before = current::enter(self.id);
        let result = catch(&self.step, || self.op.borrow_mut().push(batch));
        current::enter(before);
        result?
    }

    fn push_copy(&self, batch: &Batch<T>) -> Result<()> {
        let copy = self.copy.expect("a collection that cannot be copied has one consumer");
        self.push(&mut copy(batch))
    }
}

/// A [`Consumer`] whose type only its producer knows.
#[derive(Clone)]
pub struct ErasedConsumer(Rc<dyn Any>);

/// Where a step's results go: to every consumer of the collection.
pub struct Output<T> {
    consumers: Vec<Consumer<T>>,
    flow: Rc<Flow>,
    shared: Arc<Shared>,
    pace: Pace,
    watched: Watched<T>,
}

impl<T: 'static> Output<T> {
    pub(crate) fn new(consumers: &[ErasedConsumer], flow: Rc<Flow>, env: &Env) -> Self {
        let typed =
            |c: &ErasedConsumer| c.0.downcast_ref::<Consumer<T>>().expect("producer and consumer agree").clone();
        let clock = env.clock.clone();
        let pace = if env.is_replay { Pace::unlimited(clock) } else { Pace::new(clock) };
        let consumers: Vec<_> = consumers.iter().map(typed).collect();
        Self {
            watched: Watched::new(consumers.iter().map(|consumer| (consumer.id, consumer.lens)), env),
            consumers,
            flow,
            shared: env.shared.clone(),
            pace,
        }
    }

    /// Hands a batch to every consumer; the last one gets the original. The batch is empty afterwards. Where consumers
    /// are slow they get it in pieces.
    ///
    /// # Errors
    /// The first error of a consumer; [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) if the run is to stop.
    pub fn push(&self, batch: &mut Batch<T>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        self.shared.check()?;
        self.watched.see(&self.flow, batch, &self.shared);
        self.flow.count(batch.len());
        if !self.consumers.is_empty() {
            if batch.len() <= self.pace.most() { self.push_whole(batch) } else { self.push_in_pieces(batch) }?;
        }
        batch.clear();
        Ok(())
    }

    /// Which run it is.
    pub(super) fn run(&self) -> RunId {
        self.shared.run
    }

    /// Whether nobody takes what is pushed.
    #[inline]
    pub(super) fn is_unread(&self) -> bool {
        self.consumers.is_empty()
    }

    /// Counts an element that nobody takes.
    #[inline]
    pub(super) fn count_unread(&self) {
        self.flow.count(1);
    }

    /// Whether the run is to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.shared.is_stopped()
    }

    fn push_whole(&self, batch: &mut Batch<T>) -> Result<()> {
        self.shared.check()?;
        let elements = batch.len();
        let timing = self.pace.start(elements);
        if let Some((last, others)) = self.consumers.split_last() {
            others.iter().try_for_each(|consumer| consumer.push_copy(batch))?;
            last.push(batch)?;
        }
        if let Some(timing) = timing {
            self.pace.learn(elements, timing);
        }
        cut::look()
    }

    #[cold]
    fn push_in_pieces(&self, batch: &mut Batch<T>) -> Result<()> {
        let (mut row, rows) = (0, batch.len());
        let mut values = batch.values.drain(..);
        while row < rows {
            let mut end = rows.min(row.saturating_add(self.pace.most()));
            while end < rows && batch.meta.takes_back(end - 1) {
                end += 1;
            }
            let meta = batch.meta.slice(row..end);
            self.push_whole(&mut Batch { values: values.by_ref().take(end - row).collect(), meta })?;
            row = end;
        }
        Ok(())
    }
}
