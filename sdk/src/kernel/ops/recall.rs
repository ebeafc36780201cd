//! Dead letters back into elements.

use crate::kernel::guard::user_error;
use crate::kernel::{Batch, Emitter, Operator, Push, Stamp, Wiring};
use crate::metrics::Counter;
use crate::{DeadLetter, Element, Json, Result, Step};
use std::marker::PhantomData;
use std::sync::Arc;

/// Letters that are for others.
static OF_OTHER_STEPS: Counter = Counter::new("letters_of_other_steps");

/// Emits the elements of the letters of one step, as the step was given them.
pub(crate) struct Recall<T> {
    sender: Arc<str>,
    step: Arc<Step>,
    out: Emitter<T>,
    _elements: PhantomData<T>,
}

impl<T: Element> Recall<T> {
    pub(crate) fn new(wiring: &Wiring<'_>, sender: Arc<str>) -> Self {
        Self { sender, step: wiring.step.clone(), out: wiring.emitter(0), _elements: PhantomData }
    }

    fn recall(&mut self, letter: DeadLetter<Json>) -> Result<()> {
        if *letter.step != *self.sender {
            OF_OTHER_STEPS.inc(1);
            return Ok(());
        }
        let element = letter.element.read().map_err(|error| {
            let help = format!("letters of '{}' hold elements of type {}", self.sender, std::any::type_name::<T>());
            user_error(&self.step, error).at(format!("element {}", letter.element.text())).help(help)
        })?;
        let stamp = Stamp { time: letter.timestamp, windows: letter.windows, pane: letter.pane };
        self.out.emit_with(element, &stamp);
        self.out.check()
    }
}

impl<T: Element> Push<DeadLetter<Json>> for Recall<T> {
    fn push(&mut self, batch: &mut Batch<DeadLetter<Json>>) -> Result<()> {
        batch.values.drain(..).try_for_each(|letter| self.recall(letter))
    }
}

impl<T: Element> Operator for Recall<T> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}
