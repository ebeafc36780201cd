//! Side inputs: a whole collection in the hands of every worker.

use crate::kernel::memory::{Pinned, size_of_value};
use crate::kernel::{
    Batch, Env, Inbox, Link, Meta, Op, Operator, Packet, Push, Receiver, Shuffle, ShuffleMode, StepId, Wiring,
};
use crate::side_input::InWindows;
use crate::window::{AnyWindowFn, Window};
use crate::{BoxError, Element, Error, ErrorKind, Result, Step, Timestamp};
use std::cell::RefCell;
use std::collections::HashMap;
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
    window_fn: AnyWindowFn,
    _elements: PhantomData<fn() -> (T, B)>,
}

impl<T, B: ViewBuilder<T>> BuildView<T, B> {
    pub(crate) fn new(config: B::Config, window_fn: AnyWindowFn) -> Self {
        Self { config, window_fn, _elements: PhantomData }
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
            builders: Some(HashMap::new()),
            config: self.config.clone(),
            window_fn: self.window_fn.clone(),
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
        let bytes = batch.values.iter().enumerate().map(|(row, v)| size_of_value(v) * copies(&batch.meta, row)).sum();
        self.link.send(0, Packet::new(batch.take(), bytes))
    }
}

/// In how many windows a row is.
fn copies(meta: &Meta, row: usize) -> usize {
    meta.windows.get(row).len()
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
    /// One for each window that has elements, until the views are published.
    builders: Option<HashMap<Window, B>>,
    config: B::Config,
    window_fn: AnyWindowFn,
    /// Held to the end of the run: readers keep the view.
    memory: Pinned,
    _elements: PhantomData<T>,
}

impl<T: Element, B: ViewBuilder<T>> Building<T, B> {
    fn error(&self, error: BoxError) -> Error {
        Error::wrap(ErrorKind::User, error).in_step(&self.step)
    }

    fn finish(&self, builders: HashMap<Window, B>) -> Result<InWindows<B::View>> {
        let finish = |builder: B| builder.finish(&self.config).map(Arc::new).map_err(|e| self.error(e));
        let views: HashMap<_, _> =
            builders.into_iter().map(|(window, builder)| Ok((window, finish(builder)?))).collect::<Result<_>>()?;
        let empty = finish(B::default());
        // Where there is one window only, what it lacks is known before anybody reads it.
        if let (true, true, Err(error)) = (self.window_fn.is_global(), views.is_empty(), &empty) {
            return Err(error.clone());
        }
        Ok(InWindows::new(self.window_fn.clone(), views, empty))
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

/// Adds every element to the views of all of its windows.
fn add_in_windows<T: Element, B: ViewBuilder<T>>(
    builders: &mut HashMap<Window, B>,
    batch: Batch<T>,
) -> Result<(), BoxError> {
    for (row, element) in batch.values.into_iter().enumerate() {
        let Some((last, others)) = batch.meta.windows.get(row).split_last() else { continue };
        for window in others {
            builders.entry(*window).or_default().add(element.clone())?;
        }
        builders.entry(*last).or_default().add(element)?;
    }
    Ok(())
}

impl<T: Element, B: ViewBuilder<T>> Inbox for Building<T, B> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let bytes = packet.bytes;
        let batch: Batch<T> = packet.open();
        if !self.memory.grow(bytes) {
            return Err(self.too_large());
        }
        let Some(builders) = &mut self.builders else { return Ok(()) };
        let added = if self.window_fn.is_global() {
            let builder = builders.entry(Window::GLOBAL).or_default();
            batch.values.into_iter().try_for_each(|element| builder.add(element))
        } else {
            add_in_windows(builders, batch)
        };
        added.map_err(|e| self.error(e))
    }
}

impl<T: Element, B: ViewBuilder<T>> Operator for Building<T, B> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX || self.env.worker != 0 {
            return Ok(());
        }
        if let Some(builders) = self.builders.take() {
            let views = self.finish(builders)?;
            self.env.shared.publish_view(self.id, views);
        }
        Ok(())
    }
}
