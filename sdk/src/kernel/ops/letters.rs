//! What becomes of elements that a step has given up: dead letters, or the end of the pipeline.

use crate::dead_letter::{Failure, with_causes};
use crate::kernel::guard::render;
use crate::kernel::{Emitter, Shared, Stamp, StepId, Wiring};
use crate::metrics::Counter;
use crate::{DeadLetter, Element, Error, ErrorKind, FailureLimit, Result, Step};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Elements that a step gave up, and that nobody reads.
static DROPPED_FAILED: Counter = Counter::new("dropped_failed");

/// Elements that a step gave up, and that are read as letters.
static DEAD_LETTERS: Counter = Counter::new("dead_letters");

/// The second output of a step whose function may fail. If nobody reads it the first failure is the pipeline's.
pub(crate) struct Letters<T> {
    out: Emitter<DeadLetter<T>>,
    step: Arc<Step>,
    version: Option<Arc<str>>,
    /// What kind of error it is if the pipeline fails.
    kind: ErrorKind,
    is_fatal: bool,
    /// Whether letters about elements that are taken back are there to stay.
    stay: bool,
    tally: Option<Tally>,
}

impl<T: Element> Letters<T> {
    /// Those of a step that is there once on each worker.
    pub(crate) fn new(wiring: &Wiring<'_>, limit: Option<FailureLimit>) -> Self {
        Self::of_one_in(wiring.env.workers, wiring, limit)
    }

    /// Those of one of `count` parts of the step over all workers.
    pub(super) fn of_one_in(count: usize, wiring: &Wiring<'_>, limit: Option<FailureLimit>) -> Self {
        Self {
            out: wiring.emitter(1),
            step: wiring.step.clone(),
            version: wiring.env.version.clone(),
            kind: ErrorKind::User,
            is_fatal: wiring.outputs[1].is_empty(),
            stay: false,
            tally: limit.map(|limit| Tally::open(limit, wiring.id, &wiring.env.shared, count)),
        }
    }

    /// Says what kind of error it is if the pipeline fails: that of user code by default.
    pub(crate) fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// For a step that cannot hand on that an element is taken back: a letter says it, and is there to stay.
    pub(crate) fn that_stay(self) -> Self {
        Self { stay: true, ..self }
    }

    /// The step has been given so many elements.
    pub(super) fn count(&self, elements: usize) {
        if let Some(tally) = &self.tally {
            tally.counts.elements.fetch_add(elements as u64, Ordering::Relaxed);
        }
    }

    /// The step gives an element up.
    pub(super) fn fail(&mut self, element: T, stamp: Stamp, failure: Failure) -> Result<()> {
        if self.is_fatal && self.tally.is_none() {
            let error = Error::of(self.kind, failure.error).in_step(&self.step).at(render(&element));
            return Err(error.or_help("read the `failed` output of this step to go on without such elements"));
        }
        if let Some(tally) = &self.tally {
            tally.counts.failures.fetch_add(1, Ordering::Relaxed);
            let last = || format!("; the last one: {}", with_causes(&failure.error));
            tally.check(false, last).map_err(|error| error.in_step(&self.step).at(render(&element)))?;
        }
        if self.is_fatal {
            DROPPED_FAILED.inc(1);
            return Ok(());
        }
        DEAD_LETTERS.inc(1);
        let letter = DeadLetter::new(element, &self.step, stamp.clone(), &failure, self.version.as_deref());
        self.out.emit_with(letter, &if self.stay { stamp.staying() } else { stamp });
        self.out.check()
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }

    /// This part of the step gets no more elements. When no part does, the limit is looked at for the last time.
    pub(super) fn end(&mut self) -> Result<()> {
        let Some(tally) = &mut self.tally else { return Ok(()) };
        if std::mem::replace(&mut tally.has_ended, true) {
            return Ok(());
        }
        let is_last = tally.counts.ended.fetch_add(1, Ordering::AcqRel) + 1 == tally.parts;
        if is_last { tally.check(true, String::new).map_err(|error| error.in_step(&self.step)) } else { Ok(()) }
    }
}

/// Counts elements and failures of a step over all workers.
struct Tally {
    limit: FailureLimit,
    counts: Arc<Counts>,
    /// How many parts the step has over all workers.
    parts: usize,
    has_ended: bool,
}

/// What the workers have counted.
#[derive(Default)]
struct Counts {
    elements: AtomicU64,
    failures: AtomicU64,
    /// Parts of the step whose input has ended.
    ended: AtomicUsize,
}

impl Tally {
    fn open(limit: FailureLimit, step: StepId, shared: &Shared, parts: usize) -> Self {
        Self { limit, counts: shared.open_view(step, Counts::default), parts, has_ended: false }
    }

    fn check(&self, is_end: bool, last: impl FnOnce() -> String) -> Result<()> {
        let failures = self.counts.failures.load(Ordering::Relaxed);
        let elements = self.counts.elements.load(Ordering::Relaxed);
        if !self.limit.is_exceeded(failures, elements, is_end) {
            return Ok(());
        }
        let text = format!("{} failed: {failures} of {elements}{}", self.limit, last());
        Err(Error::new(ErrorKind::User, text).help("mend what fails, or raise the limit of `fail_above`"))
    }
}
