//! Side inputs while time goes on: what a window shows becomes its value, in place of what it has shown before.

use super::{Publisher, ToFirst, ViewBuilder, ViewSpec};
use crate::kernel::memory::{Pinned, size_of_value};
use crate::kernel::{Batch, Inbox, Link, Op, Operator, Packet, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::Window;
use crate::{Element, Error, Result, Timestamp, Values};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// The shuffle of a side input that is made of panes: those of one window come from one worker, in their order.
pub(crate) struct PublishPanes<T, B: ViewBuilder<T>> {
    pub(crate) view: ViewSpec<T, B>,
    /// Whether a pane has what earlier ones of its window had.
    pub(crate) accumulates: bool,
}

impl<T: Element, B: ViewBuilder<T>> Shuffle for PublishPanes<T, B> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::single(wiring, ToFirst::<Values<T>> { link, bytes: Batch::bytes })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let publishing = Publishing::<T, B> {
            publisher: Publisher::new(wiring, self.view.open(wiring)),
            config: self.view.config.clone(),
            accumulates: self.accumulates,
            _elements: PhantomData,
        };
        let publishing = Rc::new(RefCell::new(publishing));
        Receiver { inboxes: vec![publishing.clone()], control: publishing }
    }
}

struct Publishing<T, B: ViewBuilder<T>> {
    publisher: Publisher<B::View>,
    config: B::Config,
    accumulates: bool,
    _elements: PhantomData<T>,
}

impl<T: Element, B: ViewBuilder<T>> Publishing<T, B> {
    fn publish(&self, window: Window, is_first: bool, pane: Values<T>) -> Result<()> {
        let mut memory = Pinned::new(&self.publisher.env.memory);
        self.publisher.pin(&mut memory, size_of_value(&pane))?;
        let mut builder = B::default();
        let value = pane.into_iter().try_for_each(|element| builder.add(element));
        let value = value.and_then(|()| builder.finish(&self.config)).map_err(|error| {
            let error = self.publisher.error(window, error);
            if self.accumulates && !is_first { what_accumulates(error) } else { error }
        })?;
        self.publisher.put(window, value, Some(memory));
        Ok(())
    }
}

fn what_accumulates(error: Error) -> Error {
    error.help(
        "it accumulates: elements that come later stand beside those that were there before; with \
         `Accumulation::Discarding` they take their place",
    )
}

impl<T: Element, B: ViewBuilder<T>> Inbox for Publishing<T, B> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let Batch { values, meta } = packet.open::<Batch<Values<T>>>();
        let mut panes = values.into_iter().enumerate();
        panes.try_for_each(|(row, pane)| self.publish(meta.windows.get(row)[0], meta.pane.get(row).first, pane))
    }
}

impl<T: Element, B: ViewBuilder<T>> Operator for Publishing<T, B> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if self.publisher.env.worker == 0 {
            self.publisher.advance(time);
        }
        Ok(())
    }
}
