//! What a runner sees of a step: when to begin, when to end. Data passes it by, from step to step.

use super::current::StepId;
use super::emitter::Emitter;
use super::env::Env;
use super::flow::{Flow, Lens};
use super::output::{Consumer, ErasedConsumer, Output, Push};
use super::pending::{Kept, Pending};
use crate::{Element, Key, Result, Step, Timestamp};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The life of a step on one worker.
///
/// The runner calls `setup` once, then for each bundle `start_bundle` and `finish_bundle` around the batches pushed
/// into it, and `teardown` in the end, whatever happened. At the end of a bundle, before `finish_bundle`, a step whose
/// inputs have come further in time hears of that by `watermark`. Steps of a stage are called in topological order, so
/// what one emits at its end still reaches the next.
pub trait Operator {
    /// Before the first bundle.
    ///
    /// # Errors
    /// Those of user code.
    fn setup(&mut self) -> Result<()> {
        Ok(())
    }

    /// Before the first batch of a bundle.
    ///
    /// # Errors
    /// Those of user code.
    fn start_bundle(&mut self) -> Result<()> {
        Ok(())
    }

    /// After the last batch of a bundle: passes on everything held back for the sake of speed.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn finish_bundle(&mut self) -> Result<()> {
        Ok(())
    }

    /// All inputs have come to `time`: an element before it is late. [`Timestamp::MAX`] when none will come at all.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        let _ = time;
        Ok(())
    }

    /// How far the outputs have come when the inputs have come to `input`: less far while results are held back.
    ///
    /// Asked when the step is at rest, at the end of each bundle. What has been said is not taken back by a smaller
    /// answer later.
    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        input
    }

    /// The inputs have become idle, or are no longer: while they are, their watermark stands still, and others need not
    /// wait for it.
    ///
    /// # Errors
    /// Those of a step further down.
    fn idle(&mut self, is_idle: bool) -> Result<()> {
        let _ = is_idle;
        Ok(())
    }

    /// Whether there will be results of what has come, also while the inputs are idle: the outputs are not idle then.
    fn is_busy(&self) -> bool {
        false
    }

    /// Processing time has come to `now`, at or after the instant that [`alarm`](Self::alarm) asked for.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn clock(&mut self, now: Timestamp) -> Result<()> {
        let _ = now;
        Ok(())
    }

    /// The processing time at which the step wants [`clock`](Self::clock) to be called next.
    fn alarm(&self) -> Option<Timestamp> {
        None
    }

    /// A side input that the step reads has another value, or its watermark has moved on: elements that wait for that may
    /// go on.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn views_changed(&mut self) -> Result<()> {
        Ok(())
    }

    /// What the step keeps that is still to become results, for whoever asks how it goes.
    fn pending(&self) -> Option<Pending> {
        None
    }

    /// What the step keeps when the run halts, and nothing can be done about it without time going on. May look at all
    /// of it, unlike [`pending`](Self::pending).
    fn left_behind(&self) -> Option<Kept> {
        self.pending().filter(|pending| pending.count > 0).map(Kept::from)
    }

    /// Whether it takes no more for now, and what comes is to wait in front of its stage: until it has gone on by the
    /// clock, or by what reads in its place. Asked of steps that [may be](Self::can_be_full).
    fn is_full(&self) -> bool {
        false
    }

    /// Whether it is to be asked if it [is full](Self::is_full).
    fn can_be_full(&self) -> bool {
        false
    }

    /// Whether its [`alarm`](Self::alarm) is a part of the work on what has come, such as another attempt, so that it is
    /// called also when the run halts.
    fn works_by_the_clock(&self) -> bool {
        self.calls_outside()
    }

    /// The run has halted, and what comes now comes to rest: what is held back for the sake of speed goes on to where it is
    /// kept until its time comes.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn halt(&mut self) -> Result<()> {
        Ok(())
    }

    /// The run ends before its time: nothing will come, nor will time go on. A sink prepares what it has been given.
    ///
    /// # Errors
    /// Those of the sink.
    fn end_early(&mut self) -> Result<()> {
        Ok(())
    }

    /// Whether it may wait for something from outside of the pipeline, such as the answer of a service: only such steps
    /// are asked the following questions.
    fn calls_outside(&self) -> bool {
        false
    }

    /// Whether something has come from outside, so that [`resume`](Self::resume) has something to do. To be asked after
    /// every call of [`Wake::wake`](super::Wake::wake).
    fn is_ready(&self) -> bool {
        false
    }

    /// Whether something will come from outside without anybody's doing, so that the pipeline is not at rest.
    fn is_awaiting(&self) -> bool {
        false
    }

    /// Passes on what has come from outside.
    ///
    /// # Errors
    /// Those of user code, or of a step further down.
    fn resume(&mut self) -> Result<()> {
        Ok(())
    }

    /// The last call, also after an error.
    fn teardown(&mut self) {}
}

/// A step on one worker.
pub struct Op {
    /// Where its producers push, one for each input.
    pub inputs: Vec<ErasedConsumer>,
    /// Where the runner calls.
    pub control: Rc<RefCell<dyn Operator>>,
}

impl Op {
    /// A step with one input.
    pub(crate) fn single<T: Element>(wiring: &Wiring<'_>, op: impl Push<T> + Operator + 'static) -> Self {
        Self::seen_through(Lens::new(), wiring, op)
    }

    /// A step that brings pairs together by their keys.
    pub(crate) fn keyed<K: Key, V: Element>(wiring: &Wiring<'_>, op: impl Push<(K, V)> + Operator + 'static) -> Self {
        Self::seen_through(Lens::keyed(), wiring, op)
    }

    /// A step with one input, which it shows in its own way.
    pub(crate) fn seen_through<T: Element>(
        lens: Lens<T>,
        wiring: &Wiring<'_>,
        op: impl Push<T> + Operator + 'static,
    ) -> Self {
        let op = Rc::new(RefCell::new(op));
        Self { inputs: vec![Consumer::seen_through(lens, wiring, op.clone()).erase()], control: op }
    }

    /// A step that is the only reader of its input.
    pub(crate) fn exclusive<T: 'static>(wiring: &Wiring<'_>, op: impl Push<T> + Operator + 'static) -> Self {
        let op = Rc::new(RefCell::new(op));
        Self { inputs: vec![Consumer::exclusive(wiring, op.clone()).erase()], control: op }
    }
}

/// What a step is connected to while a worker builds it.
pub struct Wiring<'a> {
    /// The step's index in the graph.
    pub id: StepId,
    /// The step's name and place, for errors.
    pub step: Arc<Step>,
    /// What the worker offers.
    pub env: &'a Rc<Env>,
    /// The consumers of each of its outputs.
    pub outputs: Vec<Vec<ErasedConsumer>>,
    /// What flows through each output, or is written if there is none.
    pub flows: Vec<Rc<Flow>>,
}

impl Wiring<'_> {
    /// The `index`-th output.
    pub(crate) fn output<T: 'static>(&self, index: usize) -> Output<T> {
        Output::new(&self.outputs[index], self.flows[index].clone(), self.env)
    }

    /// The `index`-th output, behind a collector of batches.
    pub(crate) fn emitter<T: 'static>(&self, index: usize) -> Emitter<T> {
        Emitter::new(self.output(index), self.env.batch_size_of::<T>())
    }
}

/// Builds a step, once for each worker, on the worker's thread.
pub type StepFactory = Arc<dyn Fn(&Wiring<'_>) -> Op + Send + Sync>;
