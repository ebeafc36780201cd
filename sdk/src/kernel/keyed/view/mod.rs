//! Side inputs: a whole collection in the hands of every worker.

mod panes;
mod published;
mod refreshed;
mod signal;
mod whole;

pub(crate) use panes::PublishPanes;
pub(crate) use published::{AnyPublished, Published};
pub(crate) use refreshed::RefreshView;
pub(crate) use signal::Signal;
pub(crate) use whole::BuildView;

use crate::kernel::memory::Pinned;
use crate::kernel::{Batch, Env, Link, Operator, Packet, Push, StepId, Wiring};
use crate::window::{AnyWindowFn, Window};
use crate::{BoxError, Element, Error, ErrorKind, Result, Step, Timestamp};
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

/// How a side input is made.
pub(crate) struct ViewSpec<T, B: ViewBuilder<T>> {
    pub(crate) config: B::Config,
    pub(crate) window_fn: AnyWindowFn,
    /// Whether it is read while it changes, and not only when it is complete.
    pub(crate) is_live: bool,
    pub(crate) _elements: PhantomData<fn() -> (T, B)>,
}

impl<T, B: ViewBuilder<T>> ViewSpec<T, B> {
    pub(crate) fn new(config: B::Config, window_fn: AnyWindowFn, is_live: bool) -> Self {
        Self { config, window_fn, is_live, _elements: PhantomData }
    }

    /// What the workers share of it.
    fn open(&self, wiring: &Wiring<'_>) -> Arc<Published<B::View>> {
        wiring.env.shared.open_view(wiring.id, || {
            let (config, step) = (self.config.clone(), wiring.step.clone());
            let make_empty = move || B::default().finish(&config).map_err(|e| user_error(&step, e));
            Published::new(self.window_fn.clone(), self.is_live, Box::new(make_empty))
        })
    }
}

fn user_error(step: &Arc<Step>, error: BoxError) -> Error {
    Error::wrap(ErrorKind::User, error).in_step(step)
}

/// Publishes the values of a side input.
struct Publisher<V> {
    id: StepId,
    step: Arc<Step>,
    env: Rc<Env>,
    views: Arc<Published<V>>,
}

impl<V: Send + Sync + 'static> Publisher<V> {
    fn new(wiring: &Wiring<'_>, views: Arc<Published<V>>) -> Self {
        Self { id: wiring.id, step: wiring.step.clone(), env: wiring.env.clone(), views }
    }

    /// An error of the value for a window.
    fn error(&self, window: Window, error: BoxError) -> Error {
        let error = user_error(&self.step, error);
        if window == Window::GLOBAL { error } else { error.at(format!("the side input in {window}")) }
    }

    fn put(&self, window: Window, value: V, memory: Option<Pinned>) {
        self.views.put(window, value, memory);
        self.env.shared.note_view_change();
    }

    /// No elements will come for windows before `time`, except for late ones.
    fn advance(&self, time: Timestamp) {
        self.views.advance(time);
        self.env.shared.note_view_change();
        if time == Timestamp::MAX {
            self.env.shared.complete_view(self.id);
        }
    }

    /// Counts bytes that cannot go to disk.
    fn pin(&self, memory: &mut Pinned, bytes: usize) -> Result<()> {
        if memory.grow(bytes) {
            return Ok(());
        }
        let text = format!(
            "the side input does not fit into memory: it has {} MiB so far, and the budget of {} MiB is used up",
            memory.used() >> 20,
            self.env.memory.limit() >> 20
        );
        Err(Error::new(ErrorKind::Memory, text).in_step(&self.step).help("raise --memory, or use a join instead"))
    }
}

/// Sends elements to the worker that publishes.
struct ToFirst<T> {
    link: Rc<dyn Link>,
    /// About how many bytes a batch will take as a part of the side input.
    bytes: fn(&Batch<T>) -> usize,
}

impl<T: Element> Push<T> for ToFirst<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let bytes = (self.bytes)(batch);
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
