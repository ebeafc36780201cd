//! A stream for tests, whose every step is written down.

use crate::graph::Body;
use crate::kernel::{
    Batch, Clock, Inflow, Mark, Meta, Output, Polled, ReadingStatus, Shared, SourceFactory, SourceHead, SourceRun,
    Stamp, Wake, Wiring,
};
use crate::pipeline::StepSpec;
use crate::window::{Pane, global_window};
use crate::{Element, Error, ErrorKind, PCollection, PTransform, Pipeline, Result, SplitTarget, Step, Timestamp};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A source without an end that does what a test has written down, step by step (`TestStream` in Beam's SDKs): elements
/// come, the watermark moves, the clock moves.
///
/// Each step waits until the whole pipeline is at rest: everything that the one before has caused has happened, on all
/// workers. So a test says exactly what is late, and what was seen when. The pipeline has a clock that only the stream
/// moves, which begins at the Unix epoch. Behind the last step the watermark goes to the end of time, and the stream
/// has ended. If steps still wait for the clock then, such as before they try something again, it goes on by itself.
///
/// Several streams in a pipeline take turns, step by step, in the order in which they were applied.
///
/// ```
/// use beamline_sdk::testing::{TestStream, assert_that};
/// use beamline_sdk::window::Windowing;
/// use beamline_sdk::{Pipeline, Timestamp};
/// use std::time::Duration;
///
/// let at = Timestamp::from_millis;
/// let p = Pipeline::new();
/// let clicks = p.apply(
///     TestStream::new()
///         .element(at(1_000), "ann".to_owned())
///         .element(at(4_000), "bob".to_owned())
///         .advance_watermark_to(at(60_000))
///         .element(at(2_000), "ann, too late".to_owned()),
/// );
/// let counts = clicks.window(Windowing::fixed(Duration::from_secs(10))).count();
/// assert_that(&counts).contains_in_any_order([2]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a stream does nothing until it is applied to a pipeline"]
pub struct TestStream<T> {
    events: Vec<Event<T>>,
    /// How many steps have begun, for whoever watches.
    begun: Option<Arc<AtomicUsize>>,
}

#[derive(Clone, Debug)]
enum Event<T> {
    Elements(Vec<(Timestamp, T)>),
    Watermark(Timestamp),
    Clock(Duration),
    Idle,
}

impl<T: Element> Default for TestStream<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> TestStream<T> {
    /// A stream in which nothing happens.
    pub fn new() -> Self {
        Self { events: Vec::new(), begun: None }
    }

    fn then(mut self, event: Event<T>) -> Self {
        self.events.push(event);
        self
    }

    /// An element comes, with its event time.
    pub fn element(self, timestamp: Timestamp, element: T) -> Self {
        self.elements([(timestamp, element)])
    }

    /// Elements come together, each with its event time.
    pub fn elements(self, elements: impl IntoIterator<Item = (Timestamp, T)>) -> Self {
        self.then(Event::Elements(elements.into_iter().collect()))
    }

    /// The watermark moves: elements that come later and are before it are late.
    ///
    /// # Panics
    /// If it would go back, or not move.
    pub fn advance_watermark_to(self, time: Timestamp) -> Self {
        let before = self.watermark();
        assert!(
            before.is_none_or(|before| before < time),
            "the watermark moves forward only: from {before:?} to {time:?}"
        );
        self.then(Event::Watermark(time))
    }

    /// The watermark moves as far as `time`, if it is not there already: for streams that are made of data, whose watermark
    /// follows the latest timestamp so far.
    ///
    /// ```
    /// use beamline_sdk::{Timestamp, testing::TestStream};
    /// use std::time::Duration;
    ///
    /// let clicks = [(10, "ann"), (7, "bob"), (12, "ann")];
    /// let stream = clicks.into_iter().fold(TestStream::new(), |stream, (minute, user)| {
    ///     let time = Timestamp::from_millis(minute * 60_000);
    ///     stream.element(time, user.to_owned()).advance_watermark_to_at_least(time - Duration::from_mins(5))
    /// });
    /// ```
    pub fn advance_watermark_to_at_least(self, time: Timestamp) -> Self {
        if self.watermark().is_none_or(|before| before < time) { self.then(Event::Watermark(time)) } else { self }
    }

    /// How far the watermark has come, if it has moved.
    fn watermark(&self) -> Option<Timestamp> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Watermark(time) => Some(*time),
            _ => None,
        })
    }

    /// The clock moves forward, in whole milliseconds.
    pub fn advance_processing_time(self, by: Duration) -> Self {
        self.then(Event::Clock(by))
    }

    /// The stream is caught up and empty: nobody has to wait for its watermark, until the next element comes.
    pub fn idle(self) -> Self {
        self.then(Event::Idle)
    }

    /// Counts the steps that have begun, for tests that ask what each of them has caused.
    #[doc(hidden)]
    pub fn counting_steps(mut self, begun: Arc<AtomicUsize>) -> Self {
        self.begun = Some(begun);
        self
    }
}

impl<T: Element> PTransform<Pipeline> for TestStream<T> {
    type Out = PCollection<T>;

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, pipeline: Pipeline) -> PCollection<T> {
        stream_step(self, &pipeline)
    }
}

/// The step of a stream.
pub(super) fn stream_step<T: Element>(script: impl Script<T>, pipeline: &Pipeline) -> PCollection<T> {
    let body = Body::Read(Arc::new(Scripted(script, PhantomData)));
    let urn = "beam:transform:teststream:v1";
    let node = pipeline.add(StepSpec { label: "TestStream".into(), urn, inputs: vec![], body });
    pipeline.add_output(node)
}

/// Where a stream is written down, at the latest when it begins.
pub(super) trait Script<T>: Send + Sync + 'static {
    /// The stream, for the step.
    fn write(&self, step: &Arc<Step>) -> Result<TestStream<T>>;
}

impl<T: Element> Script<T> for TestStream<T> {
    fn write(&self, _: &Arc<Step>) -> Result<Self> {
        Ok(self.clone())
    }
}

/// A stream as the graph holds it.
struct Scripted<T, S>(S, PhantomData<fn() -> T>);

impl<T: Element, S: Script<T>> SourceFactory for Scripted<T, S> {
    fn is_bounded(&self) -> bool {
        false
    }

    fn is_script(&self) -> bool {
        true
    }

    fn start(&self, step: &Arc<Step>, _target: &SplitTarget) -> Result<Arc<dyn SourceRun>> {
        Ok(Arc::new(Performance { stream: self.0.write(step)?, step: step.clone() }))
    }
}

/// A stream that is being run. All of it happens on the first worker.
struct Performance<T> {
    stream: TestStream<T>,
    step: Arc<Step>,
}

impl<T: Element> SourceRun for Performance<T> {
    fn head(self: Arc<Self>, wiring: &Wiring<'_>) -> Rc<RefCell<dyn SourceHead>> {
        let stream = &self.stream;
        let is_first = wiring.env.worker == 0;
        Rc::new(RefCell::new(Stage {
            step: self.step.clone(),
            events: if is_first { stream.events.clone().into() } else { VecDeque::new() },
            begun: stream.begun.clone().filter(|_| is_first),
            may_go_on: !is_first,
            has_halted: false,
            mark: Mark::START,
            clock: wiring.env.clock.clone(),
            output: wiring.output(0),
            batch_size: wiring.env.batch_size_of::<T>(),
            wake: wiring.env.wake.clone(),
            shared: wiring.env.shared.clone(),
            inflow: None,
        }))
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }

    fn bytes_read(&self) -> u64 {
        0
    }
}

/// Where a stream happens.
struct Stage<T> {
    step: Arc<Step>,
    events: VecDeque<Event<T>>,
    begun: Option<Arc<AtomicUsize>>,
    may_go_on: bool,
    has_halted: bool,
    mark: Mark,
    clock: Arc<dyn Clock>,
    output: Output<T>,
    batch_size: usize,
    wake: Arc<dyn Wake>,
    shared: Arc<Shared>,
    inflow: Option<Rc<dyn Inflow>>,
}

impl<T: Element> Stage<T> {
    fn perform(&mut self, event: Event<T>) -> Result<()> {
        match event {
            Event::Elements(elements) => return self.emit(elements),
            Event::Watermark(time) => self.mark.time = time,
            Event::Clock(by) => return self.advance_clock(by),
            Event::Idle => self.mark.is_idle = true,
        }
        Ok(())
    }

    fn emit(&mut self, elements: Vec<(Timestamp, T)>) -> Result<()> {
        self.mark.is_idle = false;
        let mut batch = Batch { values: Vec::new(), meta: Meta::unstamped() };
        for (time, element) in elements {
            batch.push(element, &Stamp { time, windows: global_window(), pane: Pane::UNKNOWN });
            if batch.len() >= self.batch_size {
                self.output.push(&mut batch)?;
            }
        }
        self.output.push(&mut batch)
    }

    fn advance_clock(&self, by: Duration) -> Result<()> {
        let Some(clock) = self.clock.as_manual() else {
            let text = "a test stream moves the clock, and the clock of this run is not set by hand";
            return Err(Error::new(ErrorKind::Options, text).in_step(&self.step));
        };
        clock.advance(by);
        self.wake.wake_all();
        Ok(())
    }
}

impl<T: Element> SourceHead for Stage<T> {
    fn poll(&mut self) -> Result<Polled> {
        if self.shared.is_draining() {
            return Ok(Polled::Done);
        }
        if !std::mem::take(&mut self.may_go_on) {
            return Ok(Polled::Idle(None));
        }
        if let Some(begun) = &self.begun {
            begun.fetch_add(1, Ordering::SeqCst);
        }
        self.inflow.iter().for_each(|inflow| inflow.stir());
        match self.events.pop_front() {
            Some(event) => self.perform(event).map(|()| Polled::Worked),
            None => Ok(Polled::Done),
        }
    }

    fn place(&self) -> Option<String> {
        None
    }

    fn readings(&self) -> Vec<ReadingStatus> {
        let Mark { time: watermark, is_idle } = self.mark;
        let place = format!("a test stream with {} steps to come", self.events.len());
        vec![ReadingStatus { place, watermark, is_idle, pause_until: None }]
    }

    fn mark(&self) -> Mark {
        if self.events.is_empty() { self.mark } else { self.mark.of_open() }
    }

    fn attach(&mut self, inflow: Rc<dyn Inflow>) {
        self.inflow = Some(inflow);
    }

    fn halt(&mut self) {
        self.has_halted = true;
        self.may_go_on &= self.events.is_empty();
    }

    fn unread(&self) -> usize {
        usize::from(!self.events.is_empty())
    }

    fn at_rest(&mut self) -> bool {
        self.may_go_on = !self.has_halted;
        self.may_go_on
    }
}
