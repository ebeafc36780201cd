//! One shard whose elements are tried again, and then given up.

use super::super::letters::Letters;
use super::super::retrying::{Attempts, Failed, Retrying};
use super::writing::{StepContext, io_error};
use crate::kernel::guard::{catch, render};
use crate::kernel::{Batch, Emitter, Env, Op, Wiring};
use crate::write_fault::WriteFault;
use crate::{BoxError, Element, Error, ErrorKind, FailureLimit, Result, Retry, Shard, Sink, Writer};

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

/// One of the shards of a step.
pub(super) fn try_shard<T: Element, S: Sink<T>>(
    sink: S,
    shard: Shard,
    wiring: &Wiring<'_>,
    retry: Retry,
    limit: Option<FailureLimit>,
) -> Retrying<T, Trying<T, S>> {
    let letters = Letters::of_one_in(shard.count as usize, wiring, limit).of_kind(ErrorKind::Io);
    let context = StepContext::of(wiring);
    let trying = Trying { sink, shard, context, writer: None, out: Emitter::collecting(wiring.env) };
    Retrying::new(wiring, trying, retry, wiring.env.batch_size, letters)
}

/// The writer that attempts are made with: what it has taken for good is not given to it again.
pub(super) struct Trying<T: Element, S: Sink<T>> {
    sink: S,
    shard: Shard,
    context: StepContext,
    writer: Option<S::Writer>,
    /// Something for each element that was taken.
    out: Emitter<()>,
}

impl<T: Element, S: Sink<T>> Trying<T, S> {
    /// Writes rows up to one that fails. Says how many it was given, and the error of the last.
    fn write(&mut self, rows: &[T]) -> Result<(usize, Option<BoxError>)> {
        let Some(writer) = &mut self.writer else {
            return Err(self.fail("an element came after the end".into()));
        };
        for (row, element) in rows.iter().enumerate() {
            let written = catch(&self.context.step, || writer.write(element.clone()));
            if let Err(error) = written.map_err(|panic| panic.at(render(element)))? {
                return Ok((row + 1, Some(error)));
            }
        }
        Ok((rows.len(), None))
    }

    /// Brings what the writer has gathered to where it belongs.
    fn deliver(&mut self) -> Result<Option<BoxError>> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        catch(&self.context.step, || writer.finish_bundle()).map(Result::err)
    }

    /// Which of the rows that were given to the writer have failed, if that can be told.
    fn undelivered(&self, given: usize, error: BoxError) -> Result<Failed> {
        let fault = error.downcast::<WriteFault>().map_err(|error| self.fail(error).or_help(UNCLEAR))?;
        match fault.undelivered_elements() {
            Some(count @ 1..) if count <= given => {
                Ok(Failed { done: given - count, rows: given - count..given, error: fault.into_cause() })
            }
            Some(count) => {
                let help = format!("the writer says that {count} of {given} elements are not delivered: mend that");
                Err(self.fail(fault.into_cause()).help(help))
            }
            None => Err(self.fail(fault.into_cause())),
        }
    }

    fn fail(&self, error: BoxError) -> Error {
        io_error(&self.context.step, error)
    }

    /// What the first rows have come to.
    fn emit(&mut self, rows: &Batch<T>, count: usize) {
        self.out.begin(&rows.meta);
        for row in 0..count {
            self.out.begin_row(&rows.meta, row);
            self.out.emit(());
        }
    }

    fn try_rows(&mut self, rows: &[T]) -> Result<Option<Failed>> {
        let (given, error) = self.write(rows)?;
        let refused = match error {
            None => None,
            Some(error) if error.is::<WriteFault>() => return self.undelivered(given, error).map(Some),
            Some(error) => Some(error),
        };
        let taken = given - usize::from(refused.is_some());
        // What came before an element that is refused has not waited for it.
        if let Some(error) = self.deliver()? {
            return self.undelivered(taken, error).map(Some);
        }
        Ok(refused.map(|error| Failed { done: taken, rows: taken..given, error }))
    }
}

const UNCLEAR: &str = "nobody knows which elements were written: a writer that does says so with a `WriteFault`";

impl<T: Element, S: Sink<T>> Attempts<T> for Trying<T, S> {
    type Out = ();
    const SEES_WINDOWS: bool = false;

    fn set_up(&mut self) -> Result<()> {
        let mut writer = self.context.open::<T, S>(&self.sink, self.shard)?;
        catch(&self.context.step, || writer.leave_retries())?;
        self.writer = Some(writer);
        Ok(())
    }

    fn attempt(&mut self, rows: &Batch<T>) -> Result<Option<Failed>> {
        self.out.take();
        let failed = self.try_rows(&rows.values)?;
        self.emit(rows, failed.as_ref().map_or(rows.len(), |failed| failed.done));
        Ok(failed)
    }

    fn emitted(&mut self) -> Batch<()> {
        self.out.take()
    }

    fn end(&mut self) -> Result<()> {
        self.writer.take().map_or(Ok(()), |writer| self.context.prepare::<T, S>(writer, self.shard))
    }

    /// Without its end, a shard is thrown away.
    fn tear_down(&mut self) {
        self.writer = None;
    }
}
