//! One output for each input, and looking at what passes.

use crate::kernel::drain::{Drain, drain};
use crate::kernel::guard::{catch, render};
use crate::kernel::witness::{Row, Witness, blame};
use crate::kernel::{Batch, Meta, Operator, Output, Push, Wiring};
use crate::{Element, Result, Step};
use std::any::{Any, TypeId};
use std::ops::Range;
use std::sync::Arc;

/// Applies a function to every element.
pub(crate) struct Map<I, O, F> {
    f: F,
    step: Arc<Step>,
    witness: Witness<I>,
    batch: Batch<O>,
    /// How many results make a batch: more inputs than these may do.
    most: usize,
    output: Output<O>,
}

impl<I: Element, O: 'static, F: Fn(I) -> O> Map<I, O, F> {
    pub(crate) fn new(wiring: &Wiring<'_>, f: F) -> Self {
        let witness = Witness::new(wiring.env.trace_elements);
        let most = wiring.env.batch_size_of::<O>();
        Self { f, step: wiring.step.clone(), witness, batch: Batch::new(), most, output: wiring.output(0) }
    }

    /// Without heap memory a copy costs nothing, and the inputs stay to be shown.
    const COPIES: bool = !std::mem::needs_drop::<I>();

    /// Results take the places of their inputs where they are of the same type: so a chain of steps works in one buffer,
    /// which stays in the cache.
    fn push_in_place(&self, batch: &mut Batch<I>) -> Result<()> {
        let mut last = 0;
        let result = catch(&self.step, || {
            let mut at = Row::new(&mut last);
            for value in &mut batch.values {
                at.advance();
                *value = same((self.f)(value.clone()));
            }
        });
        result.map_err(|error| blame(error, batch.values.get(last)))?;
        self.output.push(of_same(batch))
    }

    /// Makes results of so many inputs, a batch at a time; `apply` makes those of some rows.
    fn push_pieces(
        &mut self,
        meta: &mut Meta,
        len: usize,
        mut apply: impl FnMut(&mut Self, Range<usize>) -> Result<()>,
    ) -> Result<()> {
        let mut row = 0;
        while row < len {
            let rows = row..meta.cut_behind(row + self.most, len);
            row = rows.end;
            self.batch.values.reserve(rows.len());
            apply(self, rows.clone())?;
            if rows.len() == len {
                std::mem::swap(&mut self.batch.meta, meta);
            } else {
                self.batch.meta = meta.slice(rows);
            }
            self.output.push(&mut self.batch)?;
        }
        Ok(())
    }

    fn apply_to_copies(&mut self, inputs: &[I]) -> Result<()> {
        let Self { f, step, batch: Batch { values, .. }, .. } = self;
        let copies = inputs.iter().cloned();
        let result = catch(step, || values.extend(copies.map(f)));
        result.map_err(|error| blame(error, inputs.get(values.len())))
    }

    fn apply(&mut self, inputs: &mut Drain<'_, I>, count: usize) -> Result<()> {
        let Self { f, step, witness, batch: Batch { values, .. }, .. } = self;
        let result = catch(step, || {
            for _ in 0..count {
                inputs.first().into_iter().for_each(|next| witness.see(next));
                values.push(f(inputs.pop()));
            }
        });
        result.map_err(|error| witness.blame(error))
    }
}

/// A value as of a type that is the same.
fn same<A: 'static, B: 'static>(value: A) -> B {
    let mut value = Some(value);
    of_same::<_, Option<B>>(&mut value).take().expect("it is there")
}

fn of_same<A: 'static, B: 'static>(value: &mut A) -> &mut B {
    (value as &mut dyn Any).downcast_mut().expect("the types are the same")
}

impl<I: Element, O: 'static, F: Fn(I) -> O> Push<I> for Map<I, O, F> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        if Self::COPIES && TypeId::of::<I>() == TypeId::of::<O>() {
            return self.push_in_place(batch);
        }
        let len = batch.len();
        let Batch { values, meta } = batch;
        if Self::COPIES {
            self.push_pieces(meta, len, |me, rows| me.apply_to_copies(&values[rows]))?;
            values.clear();
            return Ok(());
        }
        let mut inputs = drain(values);
        self.push_pieces(meta, len, |me, rows| me.apply(&mut inputs, rows.len()))
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
