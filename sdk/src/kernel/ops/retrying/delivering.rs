//! Attempts to bring rows to where they stay: what has arrived is not given to the writer again.

use super::attempts::{Attempts, Failed};
use crate::kernel::{Batch, Emitter, Env, Meta};
use crate::write_fault::WriteFault;
use crate::{BoxError, Element, Error, Result};

/// A writer behind a step that tries again. Errors in results are those that fail the pipeline.
pub(in crate::kernel) trait Delivery<T: Element> {
    /// Before the first attempt.
    fn set_up(&mut self) -> Result<()>;

    /// Before each attempt; an error here is one of all its rows.
    fn begin(&mut self) -> Result<Result<(), BoxError>> {
        Ok(Ok(()))
    }

    /// Gives a row to the writer.
    fn write(&mut self, rows: &Batch<T>, row: usize) -> Result<Result<(), BoxError>>;

    /// Brings what the writer has gathered to where it belongs.
    fn deliver(&mut self) -> Result<Result<(), BoxError>>;

    /// The writer has refused a row, and did not say more than that.
    fn has_refused(&mut self) {}

    /// A delivery of so many rows has failed, and the writer did not say which have arrived.
    fn unclear(&mut self, given: usize, error: BoxError) -> Result<Failed>;

    /// What rows that have arrived become.
    fn stamps(&self, rows: &Meta) -> Meta {
        rows.clone()
    }

    /// The error that an error of the writer is to the pipeline.
    fn fatal(&self, error: BoxError) -> Error;

    /// No more rows come.
    fn end(&mut self) -> Result<()> {
        Ok(())
    }

    /// After the last attempt, also after an error.
    fn tear_down(&mut self);
}

/// The attempts of a writer.
pub(in crate::kernel) struct Delivering<D> {
    delivery: D,
    /// Something for each row that has arrived.
    out: Emitter<()>,
}

impl<D> Delivering<D> {
    pub(in crate::kernel) fn new(env: &Env, delivery: D) -> Self {
        Self { delivery, out: Emitter::collecting(env) }
    }

    /// Gives rows to the writer up to one that fails. Says how many it was given, and the error of the last.
    fn write<T: Element>(&mut self, rows: &Batch<T>) -> Result<(usize, Option<BoxError>)>
    where
        D: Delivery<T>,
    {
        for row in 0..rows.len() {
            if let Err(error) = self.delivery.write(rows, row)? {
                return Ok((row + 1, Some(error)));
            }
        }
        Ok((rows.len(), None))
    }

    fn try_rows<T: Element>(&mut self, rows: &Batch<T>) -> Result<Option<Failed>>
    where
        D: Delivery<T>,
    {
        if let Err(error) = self.delivery.begin()? {
            return Ok(Some(Failed { done: 0, rows: 0..rows.len(), error }));
        }
        match self.write(rows)? {
            (given, None) => self.delivery.deliver()?.err().map(|error| self.undelivered(given, error)).transpose(),
            (given, Some(error)) if error.is::<WriteFault>() => self.undelivered(given, error).map(Some),
            (given, Some(refusal)) => self.refused(given - 1, refusal).map(Some),
        }
    }

    /// A row has been refused, after so many that were taken. They do not wait for it.
    fn refused<T: Element>(&mut self, taken: usize, refusal: BoxError) -> Result<Failed>
    where
        D: Delivery<T>,
    {
        let delivered = self.delivery.deliver()?;
        self.delivery.has_refused();
        let rows = taken..taken + 1;
        match delivered {
            Ok(()) => Ok(Failed { done: taken, rows, error: refusal }),
            Err(error) if error.is::<WriteFault>() => self.undelivered(taken, error),
            // It may be that row which has kept those before it from arriving: they are tried without it first.
            Err(error) => Ok(Failed { rows, error: refusal, ..self.delivery.unclear(taken, error)? }),
        }
    }

    /// Which of the rows that were given to the writer have failed, if that can be told.
    fn undelivered<T: Element>(&mut self, given: usize, error: BoxError) -> Result<Failed>
    where
        D: Delivery<T>,
    {
        let fault = match error.downcast::<WriteFault>() {
            Ok(fault) => fault,
            Err(error) => return self.delivery.unclear(given, error),
        };
        match fault.undelivered_elements() {
            Some(count @ 1..) if count <= given => {
                Ok(Failed { done: given - count, rows: given - count..given, error: fault.into_cause() })
            }
            Some(count) => {
                let help = format!("the writer says that {count} of {given} elements are not delivered: mend that");
                Err(self.delivery.fatal(fault.into_cause()).help(help))
            }
            None => Err(self.delivery.fatal(fault.into_cause())),
        }
    }

    /// What the first rows have come to.
    fn emit<T: Element>(&mut self, rows: &Batch<T>, count: usize)
    where
        D: Delivery<T>,
    {
        let meta = self.delivery.stamps(&rows.meta);
        self.out.begin(&meta);
        for row in 0..count {
            self.out.begin_row(&meta, row);
            self.out.emit(());
        }
    }
}

impl<T: Element, D: Delivery<T>> Attempts<T> for Delivering<D> {
    type Out = ();
    const SEES_WINDOWS: bool = false;

    fn set_up(&mut self) -> Result<()> {
        self.delivery.set_up()
    }

    fn attempt(&mut self, rows: &Batch<T>) -> Result<Option<Failed>> {
        self.out.take();
        let failed = self.try_rows(rows)?;
        self.emit(rows, failed.as_ref().map_or(rows.len(), |failed| failed.done));
        Ok(failed)
    }

    fn emitted(&mut self) -> Batch<()> {
        self.out.take()
    }

    fn end(&mut self) -> Result<()> {
        self.delivery.end()
    }

    fn tear_down(&mut self) {
        self.delivery.tear_down();
    }
}
