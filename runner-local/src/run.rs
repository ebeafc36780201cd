//! A run: workers are started, watched and gathered; then what they wrote becomes visible, or vanishes.

use crate::build::Job;
use crate::exchange::Exchange;
use crate::idleness::Idleness;
use crate::plan::{Plan, StageId};
use crate::replay::{self, Dice};
use crate::scratch::TempFiles;
use crate::status::{self, Desk, Status};
use crate::threads;
use crate::wake::Wakers;
use crate::worker::{Worker, guarded};
use crate::{LocalRunner, Progress};
use beamline_sdk::graph::{Body, Graph, Node, NodeId};
use beamline_sdk::kernel::{
    Clock, Env, MemoryBudget, Recycling, Shared, SinkControl, SourceRun, StepId, Warnings, forget_runs,
};
use beamline_sdk::metrics::{Metrics, StepMetrics, Value, WorkerMetrics};
use beamline_sdk::{Ending, Error, ErrorKind, JobResult, Result, RunId, SplitTarget};
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The stack of a worker in bytes, for user code and for each step: a batch goes through stages call by call. What is not
/// used takes no memory, but a stack that is small is kept for the next thread.
const STACK: usize = 16 << 20;
const STACK_OF_STEP: usize = 128 << 10;

/// What the metrics of a run that failed or was cancelled call the shards of a sink that were thrown away, complete or not.
pub const DISCARDED_SHARDS: &str = "discarded_shards";

/// A pipeline that is running.
///
/// Dropped without [`wait`](Self::wait), it is cancelled: the drop waits until its workers have ended, and removes what sinks
/// have not shown.
pub struct JobHandle {
    job: Arc<Job>,
    shared: Arc<Shared>,
    outcome: Arc<Mutex<Outcome>>,
    cancelled: Arc<AtomicBool>,
    working: Arc<Working>,
    clock: Arc<dyn Clock>,
    /// Whether somebody has waited for its end.
    is_over: bool,
}

/// Ends a run from elsewhere, such as a signal handler's thread.
#[derive(Clone)]
pub struct JobControl {
    job: Arc<Job>,
    shared: Arc<Shared>,
    cancelled: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
}

impl JobControl {
    /// How it goes: how far each step has come, and who holds it back. Asks all workers, and waits a moment for those
    /// that are at work.
    pub fn status(&self) -> Status {
        let reports = self.job.desk.ask(|| self.job.wakers.wake_all_workers());
        status::merge(&self.job, &reports, self.clock.now(), &self.shared)
    }

    /// Asks each step to keep a few of the elements that it emits next, and groupings to look which keys come most often:
    /// both are in the [`Status`] from then on, until there are later ones. To be called again for these; between two calls
    /// the run goes on as if nobody looked.
    #[cfg(feature = "samples")]
    pub fn sample(&self) {
        self.shared.sample();
    }

    /// Lets the run come to an end: sources without an end are not read any further, what has been read is worked off,
    /// the watermark goes to the end of time, and all windows close. Sources that have an end are read to it. Everything
    /// that the run writes becomes visible, as if the streams had ended by themselves.
    pub fn drain(&self) {
        self.shared.drain();
        self.job.wakers.wake_all_workers();
    }

    /// Stops the run where it is: sources read no more, those with an end included, and what has been read is worked off.
    /// Time does not go on: windows that are open stay so, timers do not ring, and what steps keep for them is left behind,
    /// which [`Ending::Stopped`](beamline_sdk::Ending) tells. Sinks make visible what they have been given.
    ///
    /// Two kinds of steps do read to their ends, as others wait for them or rely on it: sources of side inputs that have an
    /// end, and splittable functions that have one.
    ///
    /// ```
    /// use beamline_local::LocalRunner;
    /// use beamline_sdk::{Pipeline, generate, window::Windowing};
    /// use std::time::Duration;
    ///
    /// let p = Pipeline::new();
    /// let hours = p.read(generate(1000.0, |n| n)).window(Windowing::fixed(Duration::from_hours(1)));
    /// hours.count().named("Count").inspect(|n| println!("{n}"));
    /// let handle = LocalRunner::new().parallelism(1).start(&p.graph()?)?;
    /// handle.control().stop();
    /// for left in handle.wait()?.ending.left_behind() {
    ///     println!("{left}"); // Such as: 1 open window of 'Count' (src/main.rs:5), with 1 key
    /// }
    /// # Ok::<(), beamline_sdk::Error>(())
    /// ```
    pub fn stop(&self) {
        self.shared.halt();
        self.job.wakers.wake_all_workers();
    }

    /// Whether the run has been [stopped](Self::stop), and works off what has been read.
    pub fn is_stopping(&self) -> bool {
        self.shared.is_halting()
    }

    /// Whether there is anything that [`drain`](Self::drain) would end: a source that has no end of its own, or the
    /// beginning of one.
    pub fn is_endless(&self) -> bool {
        self.job.graph.nodes.iter().enumerate().any(|(i, _)| self.job.stops_when_drained(NodeId(i as StepId)))
    }

    /// Stops the run between two batches. Nothing that it wrote becomes visible; what was visible before stays, such as files
    /// of windows that were complete.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.shared.stop();
        self.job.wakers.wake_all_workers();
    }
}

/// How many workers have not ended.
#[derive(Default)]
struct Working {
    count: Mutex<usize>,
    signal: Condvar,
}

/// The part of one worker in that, to its end.
struct Part(Arc<Working>);

/// What the workers have come to.
#[derive(Default)]
struct Outcome {
    error: Option<Error>,
    metrics: WorkerMetrics,
    /// How much each step has emitted.
    emitted: Vec<u64>,
}

impl Outcome {
    /// Adds what a worker has counted.
    fn add(&mut self, worker: &Worker) {
        self.metrics.merge(worker.metrics.take());
        self.emitted.resize(worker.job.graph.nodes.len(), 0);
        for output in &worker.flows {
            self.emitted[output.step as usize] += output.flow.emitted();
        }
    }
}

impl JobHandle {
    pub(crate) fn start(runner: &LocalRunner, graph: &Graph) -> Result<Self> {
        let options = runner.checked()?;
        let plan = Plan::new(graph);
        let sinks: Vec<_> = live(graph, &plan).filter_map(|node| Some((node, node.sink.as_deref()?))).collect();
        begin_sinks(&sinks)?;
        let sources = start_sources(graph, &plan, options.parallelism);
        let sources = sources.inspect_err(|_| abort_sinks(&sinks))?;
        let share = (options.memory / (32 * options.parallelism)).clamp(256 << 10, 8 << 20);
        // On a single thread nobody else could empty a full queue.
        let queue_limit = if options.seed.is_some() { usize::MAX } else { options.queue_bytes.unwrap_or(share) };
        let wakers = Arc::new(Wakers::new(options.parallelism));
        let exchanges = exchanges(graph, &plan, options.parallelism);
        let scripts = scripts(graph, &plan);
        let clock = options.clock(!scripts.is_empty());
        let seed = options.seed_for(&*clock);
        let warnings = Warnings::handled_by(options.warning_handler.clone());
        let desk = Desk::new(options.parallelism);
        let idleness = Arc::new(Idleness::new(&plan));
        let graph = graph.clone();
        let workers = options.parallelism;
        let job =
            Arc::new(Job { graph, plan, sources, exchanges, idleness, scripts, wakers, desk, queue_limit, workers });
        let handle = Self {
            job,
            shared: Arc::new(Shared::of_run(RunId::new(clock.now(), seed), warnings)),
            outcome: Arc::default(),
            cancelled: Arc::default(),
            working: Arc::default(),
            clock: clock.clone(),
            is_over: false,
        };
        let memory = MemoryBudget::new(options.memory);
        let memory = Arc::new(match options.table_bytes {
            Some(bytes) => memory.starving(bytes),
            None => memory,
        });
        #[cfg(feature = "samples")]
        if options.samples {
            handle.shared.sample();
        }
        handle.spawn_all(&options, seed, &memory, &clock)?;
        Ok(handle)
    }

    fn spawn_all(
        &self,
        options: &LocalRunner,
        seed: u64,
        memory: &Arc<MemoryBudget>,
        clock: &Arc<dyn Clock>,
    ) -> Result<()> {
        let mut dice = options.seed.map(Dice::new);
        let batch_size = dice.as_mut().map_or(options.batch_size, Dice::size);
        let (workers, trace_elements, shared) = (options.parallelism, options.trace_elements, self.shared.clone());
        let (memory, clock, is_replay) = (memory.clone(), clock.clone(), dice.is_some());
        let (wake, version) = (self.job.wakers.clone(), options.version.clone());
        let env = move |worker| Env {
            worker,
            workers,
            batch_size,
            trace_elements,
            is_replay,
            seed,
            version: version.clone(),
            memory: memory.clone(),
            scratch: Arc::new(TempFiles),
            clock: clock.clone(),
            wake: wake.clone(),
            recycling: Recycling::new(workers),
            shared: shared.clone(),
        };
        let job = self.job.clone();
        match dice {
            Some(mut dice) => self.spawn("beamline-replay", move |outcome| {
                let workers = (0..workers).map(|worker| job.build(env(worker))).collect::<Result<Vec<_>>>()?;
                let result = replay::run(&workers, &mut dice, &workers[0].shared);
                workers.iter().for_each(|worker| outcome.lock().add(worker));
                result
            }),
            None => (0..workers).try_for_each(|index| {
                let (job, env) = (job.clone(), env.clone());
                self.spawn(&format!("beamline-{index}"), move |outcome| {
                    let worker = job.build(env(index))?;
                    let result = worker.run();
                    outcome.lock().add(&worker);
                    result
                })
            }),
        }
    }

    /// Lets a thread do something for the run.
    fn spawn(&self, name: &str, run: impl FnOnce(&Mutex<Outcome>) -> Result<()> + Send + 'static) -> Result<()> {
        let (job, shared, outcome) = (self.job.clone(), self.shared.clone(), self.outcome.clone());
        let work = move || {
            forget_runs();
            let result = guarded(|| run(&outcome));
            // Nobody knows what a failure has left in the thread.
            let is_reusable = result.is_ok();
            if let Err(error) = result {
                fail(&outcome, &shared, error);
                shared.stop();
                job.wakers.wake_all_workers();
            }
            is_reusable
        };
        let stack = STACK + self.job.graph.nodes.len() * STACK_OF_STEP;
        threads::run(name, stack, work, self.working.begin()).map_err(|e| {
            Error::wrap(ErrorKind::Options, e.into()).help("lower --parallelism: the system refused to start a thread")
        })
    }

    /// How far the run has come.
    pub fn progress(&self) -> Progress {
        let sources = || self.job.sources.values();
        Progress {
            bytes_read: sources().map(|s| s.bytes_read()).sum(),
            total_bytes: sources().map(|s| s.total_bytes()).sum(),
            is_finished: !self.working.is_going_on(),
        }
    }

    /// How it goes. See [`JobControl::status`].
    pub fn status(&self) -> Status {
        self.control().status()
    }

    /// Waits until all workers have ended, at most for `time`; returns whether they have. [`wait`](Self::wait) has to
    /// be called in any case.
    pub fn wait_for(&self, time: Duration) -> bool {
        self.working.wait_for(time)
    }

    /// Lets others end the run.
    pub fn control(&self) -> JobControl {
        let (job, shared, cancelled) = (self.job.clone(), self.shared.clone(), self.cancelled.clone());
        JobControl { job, shared, cancelled, clock: self.clock.clone() }
    }

    /// Waits for the end of the run, and makes visible what it wrote.
    ///
    /// # Errors
    /// The first failure of a step, or of a sink that makes visible what it wrote; [`ErrorKind::Cancelled`] after a
    /// cancellation. What is not visible yet is removed then; complete files of windows, changes of tables, and what was
    /// printed or sent stay.
    pub fn wait(mut self) -> Result<JobResult> {
        self.working.wait();
        self.is_over = true;
        let outcome = std::mem::take(&mut *self.outcome.lock());
        let error = outcome.error.or_else(|| self.was_cancelled());
        let metrics = self.metrics(&outcome.metrics, &outcome.emitted);
        let result = JobResult { metrics, ending: self.ending() };
        match error {
            Some(error) => {
                self.abort();
                Err(error.with_metrics(self.with_discarded(result.metrics)))
            }
            None => self.commit().map(|()| result),
        }
    }

    /// Says how many shards of sinks are thrown away.
    fn with_discarded(&self, mut metrics: Metrics) -> Metrics {
        for (id, node) in self.sinks().filter(|(_, node)| node.sink.as_ref().is_some_and(|sink| !sink.shows_at_once()))
        {
            let shards = self.shared.opened_shards(id.0);
            let step = metrics.steps.iter_mut().find(|step| step.step == node.step.name && shards > 0);
            step.into_iter().for_each(|step| step.values.extend([(DISCARDED_SHARDS.into(), Value::Counter(shards))]));
        }
        metrics
    }

    fn ending(&self) -> Ending {
        if !self.shared.is_at_rest() {
            return Ending::Complete;
        }
        Ending::Stopped(status::left_behind(&self.job, &self.job.desk.last()))
    }

    fn was_cancelled(&self) -> Option<Error> {
        let cancelled = self.cancelled.load(Ordering::Acquire) || self.shared.is_stopped();
        cancelled.then(|| Error::new(ErrorKind::Cancelled, "the pipeline was cancelled"))
    }

    fn commit(&self) -> Result<()> {
        let sinks: Vec<_> = self.sinks().collect();
        for (i, (id, node)) in sinks.iter().enumerate() {
            let prepared = self.shared.take_prepared(id.0);
            let Some(sink) = &node.sink else { continue };
            if let Err(error) = sink.commit(prepared) {
                sinks[i + 1..].iter().for_each(|(id, node)| self.abort_sink(*id, node));
                return Err(Error::wrap(ErrorKind::Io, error).in_step(&node.step));
            }
        }
        Ok(())
    }

    fn abort(&self) {
        self.sinks().for_each(|(id, node)| self.abort_sink(id, node));
    }

    fn abort_sink(&self, id: NodeId, node: &Node) {
        if let Some(sink) = &node.sink {
            sink.abort(self.shared.take_prepared(id.0));
        }
    }

    fn sinks(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        let nodes = self.job.graph.nodes.iter().enumerate();
        nodes.filter(|(_, node)| node.sink.is_some()).map(|(i, node)| (NodeId(i as StepId), node))
    }

    fn metrics(&self, values: &WorkerMetrics, emitted: &[u64]) -> Metrics {
        let step = |(i, node): (usize, &Node)| StepMetrics {
            step: node.step.name.clone(),
            emitted: emitted.get(i).copied().unwrap_or_default(),
            values: values.of(i as StepId),
        };
        Metrics { steps: self.job.graph.nodes.iter().enumerate().map(step).collect() }
    }
}

impl Working {
    /// One more.
    fn begin(self: &Arc<Self>) -> Part {
        *self.count.lock() += 1;
        Part(self.clone())
    }

    fn is_going_on(&self) -> bool {
        *self.count.lock() > 0
    }

    fn wait(&self) {
        let mut count = self.count.lock();
        while *count > 0 {
            self.signal.wait(&mut count);
        }
    }

    /// As [`wait`](Self::wait), at most for `time`; says whether all have ended.
    fn wait_for(&self, time: Duration) -> bool {
        let Some(until) = Instant::now().checked_add(time) else {
            self.wait();
            return true;
        };
        let mut count = self.count.lock();
        while *count > 0 && !self.signal.wait_until(&mut count, until).timed_out() {}
        *count == 0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut count = self.0.count.lock();
        *count -= 1;
        let is_last = *count == 0;
        drop(count);
        if is_last {
            self.0.signal.notify_all();
        }
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        if !self.is_over {
            self.control().cancel();
            self.working.wait();
            self.abort();
        }
    }
}

/// Keeps the first error; that a worker was stopped is none. Who says so before anybody has stopped the run means something
/// else, such as another run.
fn fail(outcome: &Mutex<Outcome>, shared: &Shared, error: Error) {
    let error = match error.kind() {
        ErrorKind::Cancelled if shared.is_stopped() => return,
        ErrorKind::Cancelled => error.of_kind(ErrorKind::User),
        _ => error,
    };
    outcome.lock().error.get_or_insert(error);
}

fn live<'a>(graph: &'a Graph, plan: &'a Plan) -> impl Iterator<Item = &'a Node> {
    graph.nodes.iter().enumerate().filter(|(i, _)| plan.is_live(NodeId(*i as StepId))).map(|(_, node)| node)
}

type NodeSink<'a> = (&'a Node, &'a dyn SinkControl);

fn begin_sinks(sinks: &[NodeSink<'_>]) -> Result<()> {
    for (i, (node, sink)) in sinks.iter().enumerate() {
        if let Err(error) = sink.begin() {
            abort_sinks(&sinks[..i]);
            return Err(Error::wrap(ErrorKind::Io, error).in_step(&node.step));
        }
    }
    Ok(())
}

/// Before anything has been written.
fn abort_sinks(sinks: &[NodeSink<'_>]) {
    sinks.iter().for_each(|(_, sink)| sink.abort(Vec::new()));
}

fn start_sources(graph: &Graph, plan: &Plan, parallelism: usize) -> Result<HashMap<NodeId, Arc<dyn SourceRun>>> {
    let target = SplitTarget { parallelism };
    let mut sources = HashMap::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = NodeId(i as StepId);
        if let (Body::Read(source), true) = (&node.body, plan.is_live(id)) {
            sources.insert(id, source.start(&node.step, &target)?);
        }
    }
    Ok(sources)
}

/// The stages that read a script.
fn scripts(graph: &Graph, plan: &Plan) -> Vec<StageId> {
    let is_script = |node: &Node| matches!(&node.body, Body::Read(source) if source.is_script());
    let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| is_script(node));
    nodes.filter_map(|(i, _)| plan.stage_of[i]).collect()
}

fn exchanges(graph: &Graph, plan: &Plan, workers: usize) -> HashMap<(NodeId, usize), Arc<Exchange>> {
    let mut exchanges = HashMap::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = NodeId(i as StepId);
        let has_ports = matches!(node.body, Body::Shuffle { .. } | Body::View(_)) || plan.cut.contains(&id);
        if plan.is_live(id) && has_ports {
            for (input, collection) in node.inputs.iter().enumerate() {
                let from = plan.stage_of[graph.producer(*collection).index()].expect("what is read is live");
                exchanges.insert((id, input), Arc::new(Exchange::new(from, workers)));
            }
        }
    }
    exchanges
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_sdk::Pipeline;

    #[test]
    fn a_time_without_end_is_waited_for() {
        let p = Pipeline::new();
        p.create([1u64]).inspect(|_| ());
        let handle = LocalRunner::new().parallelism(1).start(&p.graph().unwrap()).unwrap();
        assert!(handle.wait_for(Duration::MAX));
        assert!(handle.wait().is_ok());
    }
}
