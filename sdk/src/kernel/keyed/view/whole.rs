//! Side inputs of bounded collections: all elements of a window become its value when the last one has come.

use super::{Publisher, ToFirst, ViewBuilder, ViewSpec};
use crate::kernel::memory::{Pinned, size_of_value};
use crate::kernel::{Batch, Inbox, Link, Op, Operator, Packet, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::Window;
use crate::{Element, Result, Timestamp};
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

/// The shuffle of a side input: all elements to one worker, whose result is shared by all.
pub(crate) struct BuildView<T, B: ViewBuilder<T>>(pub(crate) ViewSpec<T, B>);

impl<T: Element, B: ViewBuilder<T>> Shuffle for BuildView<T, B> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::single(wiring, ToFirst::<T> { link, bytes: bytes_in_windows })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let building = Building::<T, B> {
            publisher: Publisher::new(wiring, self.0.open(wiring)),
            builders: Some(HashMap::new()),
            config: self.0.config.clone(),
            is_global: self.0.window_fn.is_global(),
            memory: Pinned::new(&wiring.env.memory),
            _elements: PhantomData,
        };
        let building = Rc::new(RefCell::new(building));
        Receiver { inboxes: vec![building.clone()], control: building }
    }
}

/// An element counts in each of its windows.
fn bytes_in_windows<T: Element>(batch: &Batch<T>) -> usize {
    let rows = batch.values.iter().enumerate();
    rows.map(|(row, value)| size_of_value(value) * batch.meta.windows.get(row).len()).sum()
}

struct Building<T, B: ViewBuilder<T>> {
    publisher: Publisher<B::View>,
    /// One for each window that has elements, until the values are published.
    builders: Option<HashMap<Window, B>>,
    config: B::Config,
    is_global: bool,
    /// Held to the end of the run: readers keep the values.
    memory: Pinned,
    _elements: PhantomData<T>,
}

impl<T: Element, B: ViewBuilder<T>> Building<T, B> {
    fn publish(&self, builders: HashMap<Window, B>) -> Result<()> {
        // Where there is one window only, what it lacks is known before anybody reads it.
        if self.is_global && builders.is_empty() {
            self.publisher.views.empty()?;
        }
        for (window, builder) in builders {
            let value = builder.finish(&self.config).map_err(|e| self.publisher.error(window, e))?;
            self.publisher.put(window, value, None);
        }
        self.publisher.advance(Timestamp::MAX);
        Ok(())
    }
}

impl<T: Element, B: ViewBuilder<T>> Inbox for Building<T, B> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let bytes = packet.bytes;
        let batch: Batch<T> = packet.open();
        let Self { publisher, builders: Some(builders), memory, .. } = self else { return Ok(()) };
        publisher.pin(memory, bytes)?;
        if self.is_global {
            let builder = builders.entry(Window::GLOBAL).or_default();
            let added = batch.values.into_iter().try_for_each(|element| builder.add(element));
            return added.map_err(|e| publisher.error(Window::GLOBAL, e));
        }
        let mut add = |window: Window, element: T| {
            builders.entry(window).or_default().add(element).map_err(|e| publisher.error(window, e))
        };
        for (row, element) in batch.values.into_iter().enumerate() {
            let Some((last, others)) = batch.meta.windows.get(row).split_last() else { continue };
            others.iter().try_for_each(|window| add(*window, element.clone()))?;
            add(*last, element)?;
        }
        Ok(())
    }
}

impl<T: Element, B: ViewBuilder<T>> Operator for Building<T, B> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX || self.publisher.env.worker != 0 {
            return Ok(());
        }
        self.builders.take().map_or(Ok(()), |builders| self.publish(builders))
    }
}
