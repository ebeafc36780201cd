//! One output for each input, and looking at what passes.

use crate::kernel::guard::{catch, render};
use crate::kernel::witness::{Row, Witness, blame};
use crate::kernel::{Batch, Operator, Output, Push, Wiring};
use crate::{Element, Result, Step};
use std::any::Any;
use std::sync::Arc;

/// Applies a function to every element.
pub(crate) struct Map<I, O, F> {
    f: F,
    step: Arc<Step>,
    witness: Witness<I>,
    batch: Batch<O>,
    output: Output<O>,
}

impl<I: Element, O: 'static, F: Fn(I) -> O> Map<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        Self { f, step: wiring.step.clone(), witness, batch: Batch::new(), output: wiring.output(0) }
    }

    fn apply(&mut self, inputs: &mut Vec<I>) -> Result<()> {
        let Self { f, step, witness, batch: Batch { values, .. }, .. } = self;
        values.reserve(inputs.len());
        if std::mem::needs_drop::<I>() {
            let see = |x: I| {
                witness.see(&x);
                f(x)
            };
            return catch(step, || values.extend(inputs.drain(..).map(see))).map_err(|e| witness.blame(e));
        }
        // Without heap memory a copy costs nothing, and the inputs stay to be shown.
        let copies = inputs.iter().cloned();
        catch(step, || values.extend(copies.map(f))).map_err(|error| blame(error, inputs.get(values.len())))
    }

    /// Puts each output where its input was: a long chain of steps touches the memory of one batch.
    fn apply_in_place(&self, values: &mut [O]) -> Result<()> {
        let mut last = 0;
        let result = catch(&self.step, || {
            let mut at = Row::new(&mut last);
            for value in values.iter_mut() {
                at.advance();
                if let Some(input) = same::<O, I>(value) {
                    let output = (self.f)(input.clone());
                    *value = output;
                }
            }
        });
        result.map_err(|error| blame(error, values.get_mut(last).and_then(same::<O, I>).map(|input| &*input)))
    }
}

/// A value as one of a type that is the same.
#[inline]
fn same<T: 'static, U: 'static>(value: &mut T) -> Option<&mut U> {
    (value as &mut dyn Any).downcast_mut()
}

impl<I: Element, O: 'static, F: Fn(I) -> O> Push<I> for Map<I, O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        if !std::mem::needs_drop::<I>()
            && let Some(batch) = same::<_, Batch<O>>(batch)
        {
            self.apply_in_place(&mut batch.values)?;
            return self.output.push(batch);
        }
        self.apply(&mut batch.values)?;
        std::mem::swap(&mut self.batch.meta, &mut batch.meta);
        self.output.push(&mut self.batch)
    }
}

impl<I, O, F> Operator for Map<I, O, F> {}

/// Applies a function of this crate, which does not fail: in place, where the types allow it.
pub(crate) struct Rearrange<O, F> {
    f: F,
    output: Output<O>,
}

impl<O: 'static, F> Rearrange<O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, output: wiring.output(0) }
    }
}

impl<I: Element, O: 'static, F: Fn(I) -> O> Push<I> for Rearrange<O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        let Batch { values, meta } = batch.take();
        let values = values.into_iter().map(&self.f).collect();
        self.output.push(&mut Batch { values, meta })
    }
}

impl<O, F> Operator for Rearrange<O, F> {}

/// Shows every element to a function.
pub(crate) struct Inspect<T, F> {
    f: F,
    step: Arc<Step>,
    output: Output<T>,
}

impl<T: Element, F: Fn(&T)> Inspect<T, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        Self { f, step: wiring.step.clone(), output: wiring.output(0) }
    }
}

impl<T: Element, F: Fn(&T)> Push<T> for Inspect<T, F> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let mut row = 0;
        let look = |(i, x)| {
            row = i;
            (self.f)(x);
        };
        catch(&self.step, || batch.values.iter().enumerate().for_each(look))
            .map_err(|e| e.at(render(&batch.values[row])))?;
        self.output.push(batch)
    }
}

impl<T, F> Operator for Inspect<T, F> {}
