//! One shard whose elements are tried again, and then given up.

use super::super::letters::Letters;
use super::super::retrying::{Delivering, Delivery, Failed, Retrying};
use super::writing::{StepContext, io_error};
use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Env, Op, Wiring};
use crate::{BoxError, Element, Error, ErrorKind, FailureLimit, Result, Retry, Shard, Sink, Writer};
use std::marker::PhantomData;

/// A step that writes a shard on every worker, with further attempts.
pub(crate) fn try_write_everywhere<T: Element, S: Sink<T>>(
    sink: S,
    wiring: &Wiring<'_>,
    retry: Retry,
    limit: Option<FailureLimit>,
) -> Op {
    let Env { worker, workers, .. } = **wiring.env;
    let shard = Shard { index: worker as u32, count: workers as u32 };
    Op::single::<T>(wiring, try_shard::<T, S>(sink, shard, wiring, retry, limit))
}

/// The attempts to write a shard.
pub(super) type TriedShard<T, S> = Retrying<T, Delivering<ShardDelivery<T, S>>>;

/// One of the shards of a step.
pub(super) fn try_shard<T: Element, S: Sink<T>>(
    sink: S,
    shard: Shard,
    wiring: &Wiring<'_>,
    retry: Retry,
    limit: Option<FailureLimit>,
) -> TriedShard<T, S> {
    let letters = Letters::of_one_in(shard.count as usize, wiring, limit).of_kind(ErrorKind::Io);
    let context = StepContext::of(wiring);
    let delivery = ShardDelivery { sink, shard, context, writer: None, _elements: PhantomData };
    Retrying::new(wiring, Delivering::new(wiring.env, delivery), retry, wiring.env.batch_size_of::<T>(), letters)
}

/// The writer of a shard.
pub(super) struct ShardDelivery<T, S: Sink<T>> {
    sink: S,
    shard: Shard,
    context: StepContext,
    writer: Option<S::Writer>,
    _elements: PhantomData<T>,
}

const UNCLEAR: &str = "nobody knows which elements were written: a writer that does says so with a `WriteFault`";

impl<T: Element, S: Sink<T>> Delivery<T> for ShardDelivery<T, S> {
    fn set_up(&mut self) -> Result<()> {
        let mut writer = self.context.open::<T, S>(&self.sink, self.shard)?;
        catch(&self.context.step, || writer.leave_retries())?;
        self.writer = Some(writer);
        Ok(())
    }

    fn write(&mut self, rows: &Batch<T>, row: usize) -> Result<Result<(), BoxError>> {
        let Some(writer) = &mut self.writer else {
            return Err(self.fatal("an element came after the end".into()));
        };
        let element = &rows.values[row];
        catch(&self.context.step, || writer.write(element.clone())).map_err(|panic| panic.at(render(element)))
    }

    fn deliver(&mut self) -> Result<Result<(), BoxError>> {
        let Some(writer) = &mut self.writer else { return Ok(Ok(())) };
        catch(&self.context.step, || writer.finish_bundle())
    }

    fn unclear(&mut self, _given: usize, error: BoxError) -> Result<Failed> {
        Err(self.fatal(error).or_help(UNCLEAR))
    }

    fn fatal(&self, error: BoxError) -> Error {
        io_error(&self.context.step, error)
    }

    fn end(&mut self) -> Result<()> {
        self.writer.take().map_or(Ok(()), |writer| self.context.prepare::<T, S>(writer, self.shard))
    }

    /// Without its end, a shard is thrown away.
    fn tear_down(&mut self) {
        self.writer = None;
    }
}
