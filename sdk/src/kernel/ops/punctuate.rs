//! Marking elements that make windows fire.

use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Col, Operator, Output, Push, Wiring};
use crate::window::{Mark, Pane};
use crate::{Element, Result, Step};
use std::sync::Arc;

/// Marks the elements that a predicate accepts, but for those that are taken back.
pub(crate) struct Punctuate<T, F> {
    f: F,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element, F: Fn(&T) -> bool> Punctuate<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), output: wiring.output(0) }
    }
}

impl<T: Element, F: Fn(&T) -> bool> Push<T> for Punctuate<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let mut marked = Vec::with_capacity(batch.len());
        let each = || batch.values.iter().for_each(|element| marked.push((self.f)(element)));
        let result = catch(&self.step, each);
        result.map_err(|error| error.at(render(&batch.values[marked.len()])))?;
        if marked.contains(&true) {
            let panes = &batch.meta.pane;
            let mark = |(row, marked)| if marked { punctuating(*panes.get(row)) } else { *panes.get(row) };
            batch.meta.pane = Col::Each(marked.into_iter().enumerate().map(mark).collect());
        }
        self.output.push(batch)
    }
}

fn punctuating(pane: Pane) -> Pane {
    if pane.is_retraction() { pane } else { pane.marked(Mark::Punctuates) }
}

impl<T, F> Operator for Punctuate<T, F> {}
