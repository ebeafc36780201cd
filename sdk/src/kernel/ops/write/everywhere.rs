//! A shard on every worker.

use super::writing::{StepContext, Writing};
use crate::kernel::{Batch, Operator, Push, Wiring};
use crate::{Element, Result, Shard, Sink, Timestamp};

/// Writes one shard on every worker, in the stage that makes the elements.
pub(crate) struct WriteEverywhere<T, S: Sink<T>> {
    sink: S,
    context: StepContext,
    shard: Option<Writing<T, S>>,
}

impl<T: Element, S: Sink<T>> WriteEverywhere<T, S> {
    pub(crate) fn new(sink: S, wiring: &Wiring<'_>) -> Self {
        Self { sink, context: StepContext::of(wiring), shard: None }
    }
}

impl<T: Element, S: Sink<T>> Push<T> for WriteEverywhere<T, S> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), |shard| shard.write(batch))
    }
}

impl<T: Element, S: Sink<T>> Operator for WriteEverywhere<T, S> {
    fn setup(&mut self) -> Result<()> {
        let env = &self.context.env;
        let shard = Shard { index: env.worker as u32, count: env.workers as u32 };
        self.shard = Some(Writing::open(&self.sink, shard, &self.context)?);
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), Writing::finish_bundle)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        match &mut self.shard {
            Some(shard) if time == Timestamp::MAX => shard.prepare(&self.context),
            _ => Ok(()),
        }
    }

    fn end_early(&mut self) -> Result<()> {
        self.shard.as_mut().map_or(Ok(()), |shard| shard.prepare(&self.context))
    }
}
