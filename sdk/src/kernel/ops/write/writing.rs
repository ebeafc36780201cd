//! One shard in the making.

use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Env, Flow, StepId, Wiring};
use crate::write_fault::WriteFault;
use crate::{BoxError, Element, Error, ErrorKind, Result, Shard, Sink, Step, StopFlag, Writer};
use std::rc::Rc;
use std::sync::Arc;

/// One shard in the making.
pub(super) struct Writing<T, S: Sink<T>> {
    shard: Shard,
    writer: Option<S::Writer>,
    written: Rc<Flow>,
    step: Arc<Step>,
    witness: Witness<T>,
}

impl<T: Element, S: Sink<T>> Writing<T, S> {
    pub(super) fn open(sink: &S, shard: Shard, context: &StepContext) -> Result<Self> {
        let writer = context.open::<T, S>(sink, shard)?;
        let (written, witness) = (context.written.clone(), Witness::new(context.env.trace_elements));
        Ok(Self { shard, writer: Some(writer), written, step: context.step.clone(), witness })
    }

    pub(super) fn write(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let Self { writer: Some(writer), written, witness, step, .. } = self else {
            return Err(Error::new(ErrorKind::Internal, "an element came after the end").in_step(&self.step));
        };
        written.count(batch.len());
        let result = catch(step, || {
            let mut values = drain(&mut batch.values);
            while let Some(next) = values.first() {
                witness.see(next);
                writer.write(values.pop())?;
            }
            Ok(())
        });
        result.map_err(|panic| witness.blame(panic))?.map_err(|error| io_error(step, error))
    }

    pub(super) fn finish_bundle(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        catch(&self.step, || writer.finish_bundle())?.map_err(|error| io_error(&self.step, error))
    }

    pub(super) fn prepare(&mut self, context: &StepContext) -> Result<()> {
        self.writer.take().map_or(Ok(()), |writer| context.prepare::<T, S>(writer, self.shard))
    }
}

/// An error of a writer that fails the pipeline.
pub(super) fn io_error(step: &Arc<Step>, error: BoxError) -> Error {
    Error::of(ErrorKind::Io, WriteFault::cause_of(error)).in_step(step)
}

/// What outlives the wiring.
pub(super) struct StepContext {
    pub(super) id: StepId,
    pub(super) step: Arc<Step>,
    pub(super) env: Rc<Env>,
    written: Rc<Flow>,
}

impl StepContext {
    /// Opens a shard.
    pub(super) fn open<T: Element, S: Sink<T>>(&self, sink: &S, shard: Shard) -> Result<S::Writer> {
        let mut writer = catch(&self.step, || sink.open(shard))?.map_err(|error| io_error(&self.step, error))?;
        self.env.shared.note_opened(self.id);
        catch(&self.step, || writer.heed(&StopFlag::of(&self.env.shared)))?;
        Ok(writer)
    }

    /// Ends a shard, and keeps what its commit needs.
    pub(super) fn prepare<T: Element, S: Sink<T>>(&self, writer: S::Writer, shard: Shard) -> Result<()> {
        let commit = catch(&self.step, || writer.prepare())?.map_err(|error| io_error(&self.step, error))?;
        self.env.shared.add_prepared(self.id, shard.index, Box::new(commit));
        Ok(())
    }

    pub(super) fn of(wiring: &Wiring<'_>) -> Self {
        let written = wiring.flows.first().cloned().unwrap_or_default();
        Self { id: wiring.id, step: wiring.step.clone(), env: wiring.env.clone(), written }
    }
}
