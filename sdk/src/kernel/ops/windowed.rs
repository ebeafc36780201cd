//! Groupings in windows as groupings of keys: the window goes into the key before, and comes out of it behind.

use crate::kernel::{Batch, Meta, Operator, Output, Push, Stamp, Wiring};
use crate::window::{Pane, Window};
use crate::{Element, Result};

/// Makes a row of every element and each of its windows. From there on windows are data: all rows have the same stamp.
pub(crate) struct WithWindow<O, F> {
    f: F,
    batch: Batch<O>,
    capacity: usize,
    output: Output<O>,
}

impl<O: 'static, F> WithWindow<O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, batch: Batch::new(), capacity: wiring.env.batch_size_of::<O>(), output: wiring.output(0) }
    }

    fn add(&mut self, row: O) -> Result<()> {
        self.batch.values.push(row);
        if self.batch.len() < self.capacity { Ok(()) } else { self.pass_on() }
    }

    fn pass_on(&mut self) -> Result<()> {
        let result = self.output.push(&mut self.batch);
        self.batch.meta = Meta::unstamped();
        result
    }
}

impl<I: Element, O: 'static, F: Fn(I, Window) -> O> Push<I> for WithWindow<O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        for (row, value) in batch.values.drain(..).enumerate() {
            let Some((last, others)) = batch.meta.windows.get(row).split_last() else { continue };
            for window in others {
                self.add((self.f)(value.clone(), *window))?;
            }
            self.add((self.f)(value, *last))?;
        }
        self.pass_on()
    }
}

impl<O, F> Operator for WithWindow<O, F> {}

/// Takes results whose windows are data, and makes elements of them that are in these windows.
pub(crate) struct IntoWindow<O, F> {
    f: F,
    results: Results<O>,
}

impl<O: 'static, F> IntoWindow<O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, results: Results::new(wiring) }
    }
}

impl<I: Element, O: 'static, F: Fn(I) -> (O, Window)> Push<I> for IntoWindow<O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        for row in batch.values.drain(..) {
            let (result, window) = (self.f)(row);
            self.results.add(result, window)?;
        }
        self.results.pass_on()
    }
}

impl<O, F> Operator for IntoWindow<O, F> {}

/// What windows of a bounded collection show: the only pane of each, at its end.
pub(super) struct Results<O> {
    batch: Batch<O>,
    capacity: usize,
    output: Output<O>,
}

impl<O: 'static> Results<O> {
    pub(super) fn new(wiring: &Wiring<'_>) -> Self {
        Self { batch: Batch::new(), capacity: wiring.env.batch_size_of::<O>(), output: wiring.output(0) }
    }

    pub(super) fn add(&mut self, result: O, window: Window) -> Result<()> {
        let stamp = Stamp { time: window.max_timestamp(), windows: window.into(), pane: Pane::ONLY };
        self.batch.push(result, &stamp);
        if self.batch.len() < self.capacity { Ok(()) } else { self.pass_on() }
    }

    pub(super) fn pass_on(&mut self) -> Result<()> {
        self.output.push(&mut self.batch)
    }
}
