//! Calls to services: several at once, each with its own element.
//!
//! - `call` is what happens to one element, as an asynchronous function: attempts, time-outs, waiting for a turn.
//! - `executor` runs that: on the threads of tokio (`threads`), or, where a run is to be repeatable, on the worker itself
//!   (`here`). `guard` is around user code in both.
//! - `time` is what calls wait for: tokio's timers, or the clock of the run.
//! - `common` is what the workers share: `rate` and `cache` are in it.
//! - `flights` remembers the elements that are away, `sharing` those that wait for the answer of another one.
//! - The operator here brings these together, and holds the watermark.

mod cache;
mod call;
mod common;
mod executor;
mod flights;
mod guard;
mod here;
mod rate;
mod sharing;
mod threads;
mod time;

pub(crate) use call::{Answer, Call};

use super::letters::Letters;
use crate::dead_letter::Failure;
use crate::kernel::guard::{catch, render, user_error};
use crate::kernel::runtime::Background;
use crate::kernel::{Batch, Emitter, Env, Operator, Pending, Push, Stamp, Wiring};
use crate::metrics::Counter;
use crate::transforms::par_do_async::{AsyncOptions, CacheSpec};
use crate::{Element, FailureLimit, Result, Step, Timestamp};
use call::{Caller, End, Outcome};
use common::Common;
use executor::Executor;
use flights::Flights;
use sharing::{Role, Sharing};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use time::Time;

/// Attempts after the first one.
static RETRIES: Counter = Counter::new("retries");
/// Elements that needed no call of their own.
static CACHE_HITS: Counter = Counter::new("cache_hits");

/// Calls a function for every element, and emits what the calls come to.
///
/// An element that is away holds the output watermark at its timestamp. As many elements as may be called for at once are
/// away from each worker; when there are more, `push` waits. Where time is set by hand it must not, as the call that it
/// waits for may wait for the clock: the others queue up then.
pub(crate) struct ParDoAsync<T, O> {
    caller: Arc<Caller<T, O>>,
    common: Arc<Common<O>>,
    cache: Option<CacheSpec<T>>,
    sharing: Sharing<T>,
    flights: Flights<T, O>,
    /// There from `setup` to `teardown`.
    executor: Option<Executor<Outcome<T, O>>>,
    backlog: VecDeque<(T, Stamp)>,
    ok: Emitter<O>,
    letters: Letters<T>,
    step: Arc<Step>,
    env: Rc<Env>,
    has_ended: bool,
}

impl<T: Element, O: Element> ParDoAsync<T, O> {
    pub(crate) fn new(
        wiring: &Wiring<'_>,
        options: &AsyncOptions<T>,
        call: Call<T, O>,
        limit: Option<FailureLimit>,
    ) -> Self {
        let settings = &options.settings;
        let cache = options.cache.as_ref();
        let common = wiring.env.shared.open_view(wiring.id, || Common::new(settings, cache));
        let time = Time::of(wiring.env);
        Self {
            caller: Arc::new(Caller::new(wiring, settings.clone(), call, common.clone(), time)),
            common,
            cache: cache.cloned(),
            sharing: Sharing::default(),
            flights: Flights::new(settings.is_ordered),
            executor: None,
            backlog: VecDeque::new(),
            ok: wiring.emitter(0),
            letters: Letters::new(wiring, limit),
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            has_ended: false,
        }
    }

    fn executor(&mut self) -> &mut Executor<Outcome<T, O>> {
        self.executor.as_mut().expect("steps are set up before they run")
    }

    fn is_full(&self) -> bool {
        self.flights.len() >= self.caller.settings.concurrency
    }

    /// Takes an element, as soon as there is room for it.
    fn take(&mut self, element: T, stamp: Stamp) -> Result<()> {
        if self.executor().can_wait() {
            while self.is_full() {
                self.make_room()?;
            }
        } else if self.is_full() || !self.backlog.is_empty() {
            self.flights.hold(stamp.time);
            self.backlog.push_back((element, stamp));
            return Ok(());
        }
        self.admit(element, stamp)
    }

    /// Waits until something has come, or a little while.
    fn make_room(&mut self) -> Result<()> {
        self.collect()?;
        if self.is_full() {
            // Others need not wait for what has come already.
            self.flush()?;
            self.env.shared.check()?;
            self.executor().wait();
        }
        Ok(())
    }

    fn admit(&mut self, element: T, stamp: Stamp) -> Result<()> {
        let flight = self.flights.add(stamp);
        let Some(cache) = &self.cache else { return self.start(flight, element) };
        let key = catch(&self.step, || (cache.key)(&element)).map_err(|panic| panic.at(render(&element)))?;
        let key = key.map_err(|error| user_error(&self.step, error).at(render(&element)))?;
        if let Some(answer) = self.common.cached(&key, self.caller.time.now()) {
            CACHE_HITS.inc(1);
            return self.land(flight, End::Answer(answer), 1);
        }
        match self.sharing.join(key, flight, element) {
            Role::Leads(element) => self.start(flight, element),
            Role::Follows => Ok(()),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends functions that may fail")]
    fn start(&mut self, flight: u64, element: T) -> Result<()> {
        let call = self.caller.clone().run(flight, element);
        self.executor().start(flight, Box::pin(call));
        Ok(())
    }

    /// Passes on what has come, and calls for what has waited.
    fn collect(&mut self) -> Result<()> {
        for (flight, outcome) in self.executor().take_done() {
            let Outcome { attempts, end } = outcome.map_err(|panic| panic.in_step(&self.step))?;
            RETRIES.inc(u64::from(attempts - 1));
            self.share(flight, &end)?;
            self.land(flight, end, attempts)?;
        }
        while !self.is_full() {
            let Some((element, stamp)) = self.backlog.pop_front() else { break };
            self.flights.release(stamp.time);
            self.admit(element, stamp)?;
        }
        Ok(())
    }

    /// Gives an answer to those who wait for the same; after a failure the first of them tries for itself.
    fn share(&mut self, flight: u64, end: &End<T, O>) -> Result<()> {
        if let End::Answer(answer) = end {
            let Some((key, followers)) = self.sharing.end(flight) else { return Ok(()) };
            self.common.remember(key, answer.clone(), self.caller.time.now());
            CACHE_HITS.inc(followers.len() as u64);
            return followers.into_iter().try_for_each(|(flight, _)| self.land(flight, End::Answer(answer.clone()), 1));
        }
        self.sharing.succeed(flight).map_or(Ok(()), |(next, element)| self.start(next, element))
    }

    /// An element has come back. In order, it waits for those before it.
    fn land(&mut self, flight: u64, end: End<T, O>, attempts: u32) -> Result<()> {
        self.flights.land(flight, end, attempts);
        while let Some((stamp, end, attempts)) = self.flights.next() {
            self.emit(stamp, end, attempts)?;
        }
        Ok(())
    }

    fn emit(&mut self, stamp: Stamp, end: End<T, O>, attempts: u32) -> Result<()> {
        match end {
            End::Answer(answer) => {
                self.ok.emit_with(answer, &stamp);
                self.ok.check()
            }
            End::Error(element, error) => self.letters.fail(element, stamp, Failure { error, attempts }),
            End::Panic(element, error) => Err(error.in_step(&self.step).at(render(&element))),
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.ok.flush()?;
        self.letters.flush()
    }

    /// The end of the input is that of the step when everything has come back.
    fn end(&mut self) -> Result<()> {
        if self.has_ended && !self.is_busy() { self.letters.end() } else { Ok(()) }
    }
}

impl<T: Element, O: Element> Push<T> for ParDoAsync<T, O> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.letters.count(batch.len());
        let meta = &batch.meta;
        let mut rows = batch.values.drain(..).enumerate();
        rows.try_for_each(|(row, element)| self.take(element, meta.get(row)))
    }
}

impl<T: Element, O: Element> Operator for ParDoAsync<T, O> {
    fn setup(&mut self) -> Result<()> {
        let runtime = Background::of(&self.env);
        self.executor = Some(Executor::new(&self.env, &runtime, &self.caller)?);
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.has_ended = time == Timestamp::MAX;
        self.end()
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        input.min(self.flights.limit())
    }

    fn is_busy(&self) -> bool {
        !self.flights.is_empty() || !self.backlog.is_empty()
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        self.caller.time.ring(now);
        Ok(())
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.caller.time.alarm()
    }

    fn pending(&self) -> Option<Pending> {
        let count = self.flights.len() + self.backlog.len();
        Some(Pending { count: count as u64, what: "elements without an answer", next_event: None })
    }

    fn calls_outside(&self) -> bool {
        true
    }

    fn is_ready(&self) -> bool {
        self.executor.as_ref().is_some_and(Executor::is_ready)
    }

    fn is_awaiting(&self) -> bool {
        !self.flights.is_empty() && self.caller.time.is_awaiting()
    }

    fn resume(&mut self) -> Result<()> {
        self.collect()?;
        self.end()
    }

    fn teardown(&mut self) {
        self.executor = None;
    }
}
