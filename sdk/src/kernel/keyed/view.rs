//! Side inputs: a whole collection in the hands of every worker.

use crate::kernel::memory::{Pinned, size_of_value};
use crate::kernel::{
    Batch, Env, Inbox, Link, Op, Operator, Packet, Push, Receiver, Shuffle, ShuffleMode, StepId, Wiring,
};
use crate::{BoxError, Element, Error, ErrorKind, Result, Step, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Builds the value that readers of a side input see.
pub(crate) trait ViewBuilder<T>: Default + 'static {
    /// What the finished value is made with, such as a default.
    type Config: Clone + Send + Sync + 'static;
    /// The finished value.
    type View: Send + Sync + 'static;

    /// Adds an element; `Err` says why it cannot be part of the side input.
    fn add(&mut self, element: T) -> Result<(), BoxError>;

    /// The finished value.
    fn finish(self, config: &Self::Config) -> Result<Self::View, BoxError>;
}

/// The shuffle of a side input: all elements to one worker, whose result is shared by all.
pub(crate) struct BuildView<T, B: ViewBuilder<T>> {
    config: B::Config,
    _elements: PhantomData<fn() -> (T, B)>,
}

impl<T, B: ViewBuilder<T>> BuildView<T, B> {
    pub(crate) fn new(config: B::Config) -> Self {
        Self { config, _elements: PhantomData }
    }
}

impl<T: Element, B: ViewBuilder<T>> Shuffle for BuildView<T, B> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::single(wiring, ToFirst::<T> { link, _elements: PhantomData })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let building = Building::<T, B> {
            id: wiring.id,
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            builder: Some(B::default()),
            config: self.config.clone(),
            memory: Pinned::new(&wiring.env.memory),
            _elements: PhantomData,
        };
        let building = Rc::new(RefCell::new(building));
        Receiver { inboxes: vec![building.clone()], control: building }
    }
}

struct ToFirst<T> {
    link: Rc<dyn Link>,
    _elements: PhantomData<T>,
}

impl<T: Element> Push<T> for ToFirst<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let bytes = batch.values.iter().map(size_of_value).sum();
        self.link.send(0, Packet::new(batch.take(), bytes))
    }
}

impl<T> Operator for ToFirst<T> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.link.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.link.idle(is_idle);
        Ok(())
    }
}

struct Building<T, B: ViewBuilder<T>> {
    id: StepId,
    step: Arc<Step>,
    env: Rc<Env>,
    builder: Option<B>,
    config: B::Config,
    /// Held to the end of the run: readers keep the view.
    memory: Pinned,
    _elements: PhantomData<T>,
}

impl<T: Element, B: ViewBuilder<T>> Building<T, B> {
    fn error(&self, error: BoxError) -> Error {
        Error::wrap(ErrorKind::User, error).in_step(&self.step)
    }

    fn too_large(&self) -> Error {
        let text = format!(
            "the side input does not fit into memory: it has {} MiB so far, and the budget of {} MiB is used up",
            self.memory.used() >> 20,
            self.env.memory.limit() >> 20
        );
        Error::new(ErrorKind::Memory, text).in_step(&self.step).help("raise --memory, or use a join instead")
    }
}

impl<T: Element, B: ViewBuilder<T>> Inbox for Building<T, B> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let bytes = packet.bytes;
        let batch: Batch<T> = packet.open();
        if !self.memory.grow(bytes) {
            return Err(self.too_large());
        }
        let Some(builder) = &mut self.builder else { return Ok(()) };
        batch.values.into_iter().try_for_each(|element| builder.add(element)).map_err(|e| self.error(e))
    }
}

impl<T: Element, B: ViewBuilder<T>> Operator for Building<T, B> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX || self.env.worker != 0 {
            return Ok(());
        }
        if let Some(builder) = self.builder.take() {
            let view = builder.finish(&self.config).map_err(|e| self.error(e))?;
            self.env.shared.publish_view(self.id, view);
        }
        Ok(())
    }
}
