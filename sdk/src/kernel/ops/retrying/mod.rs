//! A `DoFn` that is called again for what it fails for, and then gives that up.
//!
//! What is tried as a whole is a unit: an element, or a bundle of them. What is emitted for it is held back until the
//! attempt has succeeded. What makes the `attempts` is behind a trait: the `instance` of a function with its life, or the
//! writer that is `delivering`, to a sink or a table. What waits behind a unit that is to be tried later is the `backlog`.

mod attempts;
mod backlog;
mod delivering;
mod instance;

use super::explode::each_in_one_window;
use super::letters::Letters;
use crate::combine::random::mix;
use crate::dead_letter::{Failure, with_causes};
use crate::kernel::{Batch, Clock, Emitter, Operator, Pending, Push, Shared, Wiring};
use crate::metrics::Counter;
use crate::{Element, Result, Retry, Timestamp};
use attempts::Attempts;
pub(in crate::kernel) use attempts::Failed;
use backlog::Backlog;
pub(in crate::kernel) use delivering::{Delivering, Delivery};
pub(crate) use instance::try_par_do;
use std::sync::Arc;

/// Units that were tried again.
static RETRIES: Counter = Counter::new("retries");

/// Tries what comes, as often as it takes or is allowed.
pub(crate) struct Retrying<I: Element, A: Attempts<I>> {
    retry: Retry,
    /// How many rows are tried together at most.
    most: usize,
    attempts: A,
    out: Emitter<A::Out>,
    letters: Letters<I>,
    /// The rows of the next bundle, if bundles are tried.
    gathered: Batch<I>,
    /// What is to be tried again later.
    later: Option<(Unit<I>, Timestamp)>,
    backlog: Backlog<I>,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    capacity: usize,
    chance: u64,
    /// Whether elements that come meanwhile may be refused while something is to be tried later.
    may_refuse: bool,
    has_ended: bool,
}

/// Rows that are tried together, and how often they have been.
struct Unit<I> {
    rows: Batch<I>,
    attempts: u32,
}

impl<I: Element, A: Attempts<I>> Retrying<I, A> {
    /// Tries at most so many rows together, unless `retry` says how many.
    pub(in crate::kernel) fn new(
        wiring: &Wiring<'_>,
        attempts: A,
        retry: Retry,
        most: usize,
        letters: Letters<I>,
    ) -> Self {
        let env = wiring.env;
        Self {
            retry,
            most: retry.bundle().unwrap_or(most),
            attempts,
            out: wiring.emitter(0),
            letters,
            gathered: Batch::new(),
            later: None,
            backlog: Backlog::new(env),
            clock: env.clock.clone(),
            shared: env.shared.clone(),
            capacity: env.batch_size_of::<I>(),
            chance: mix(env.seed ^ mix(u64::from(wiring.id) << 32 | env.worker as u64)),
            // A clock that is set by hand may stand still until these elements have been taken.
            may_refuse: env.clock.as_manual().is_none(),
            has_ended: false,
        }
    }

    /// Takes rows, each in one window if that makes a difference.
    fn take(&mut self, rows: &mut Batch<I>) -> Result<()> {
        self.letters.count(rows.len());
        if self.later.is_some() { self.backlog.add(rows) } else { self.work_on(rows.take()) }
    }

    /// Tries rows, until one is to be tried later: the others wait behind it then.
    fn work_on(&mut self, Batch { values, meta }: Batch<I>) -> Result<()> {
        let mut rest = Batch::new();
        for (row, element) in values.into_iter().enumerate() {
            if self.later.is_some() {
                rest.push(element, &meta.get(row));
                continue;
            }
            self.gathered.push(element, &meta.get(row));
            if self.gathered.len() >= self.most {
                self.run_gathered()?;
            }
        }
        if rest.is_empty() { Ok(()) } else { self.backlog.add_first(&mut rest) }
    }

    /// Runs the bundle that has been gathered.
    fn run_gathered(&mut self) -> Result<()> {
        let rows = self.gathered.take();
        self.run(Unit { rows, attempts: 0 })
    }

    /// Tries a unit until it succeeds, has been tried often enough, or is to be tried later.
    fn run(&mut self, mut unit: Unit<I>) -> Result<()> {
        while !unit.rows.is_empty() {
            let Some(mut failed) = self.attempts.attempt(&unit.rows)? else {
                unit.rows.clear();
                self.gathered = unit.rows;
                return self.out.forward(&mut self.attempts.emitted());
            };
            self.shared.check()?;
            self.settle(&mut unit, &mut failed)?;
            unit.attempts += 1;
            let chance = self.next_chance();
            match self.retry.wait_after(unit.attempts, chance) {
                None => self.give_up(&mut unit, failed)?,
                Some(wait) if wait.is_zero() => RETRIES.inc(1),
                Some(wait) => {
                    RETRIES.inc(1);
                    self.later = Some((unit, self.clock.now() + wait));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Lets go of the rows that are done. Others that wait for what has taken these have not been tried in vain so far.
    fn settle(&mut self, unit: &mut Unit<I>, failed: &mut Failed) -> Result<()> {
        let done = std::mem::take(&mut failed.done);
        if done == 0 {
            return Ok(());
        }
        unit.rows.take_front(done);
        unit.attempts = 0;
        failed.rows = failed.rows.start - done..failed.rows.end - done;
        self.out.forward(&mut self.attempts.emitted())
    }

    fn next_chance(&mut self) -> u64 {
        self.chance = mix(self.chance);
        self.chance
    }

    /// Gives up the rows that an attempt came to grief at. What is left is a unit of its own.
    fn give_up(&mut self, unit: &mut Unit<I>, Failed { rows, error, .. }: Failed) -> Result<()> {
        assert!(!rows.is_empty(), "what fails for no row would be tried without end");
        let attempts = std::mem::take(&mut unit.attempts);
        let mut rest = unit.rows.take();
        unit.rows = rest.take_front(rows.start);
        let given_up = rest.take_front(rows.len());
        unit.rows.append(&mut rest);
        let text = with_causes(&error);
        let mut error = Some(error);
        for (row, element) in given_up.values.into_iter().enumerate() {
            let error = error.take().unwrap_or_else(|| text.as_str().into());
            self.letters.fail(element, given_up.meta.get(row), Failure { error, attempts })?;
        }
        Ok(())
    }

    /// Goes on with what waits, until something is to be tried later.
    fn catch_up(&mut self) -> Result<()> {
        while self.later.is_none() {
            let Some(rows) = self.backlog.next()? else { break };
            self.work_on(rows)?;
        }
        Ok(())
    }

    /// Whether nothing waits.
    fn is_idle(&self) -> bool {
        self.later.is_none() && self.backlog.is_empty()
    }

    /// Says that nothing more comes, when nothing is left to be tried.
    fn end(&mut self) -> Result<()> {
        if !(self.has_ended && self.is_idle()) {
            return Ok(());
        }
        self.letters.end()?;
        self.attempts.end()
    }

    fn flush(&mut self) -> Result<()> {
        if self.later.is_none() {
            self.run_gathered()?;
        }
        let emitted = self.attempts.finish_bundle()?;
        emitted.map_or(Ok(()), |mut emitted| self.out.forward(&mut emitted))?;
        self.out.flush()?;
        self.letters.flush()
    }
}

impl<I: Element, A: Attempts<I>> Push<I> for Retrying<I, A> {
    fn push(&mut self, batch: &mut Batch<I>) -> Result<()> {
        if A::SEES_WINDOWS {
            each_in_one_window(batch, self.capacity, |batch| self.take(batch))
        } else {
            self.take(batch)
        }
    }
}

impl<I: Element, A: Attempts<I>> Operator for Retrying<I, A> {
    fn setup(&mut self) -> Result<()> {
        self.attempts.set_up()
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.flush()?;
        self.end()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.has_ended |= time == Timestamp::MAX;
        Ok(())
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        let later = self.later.iter().filter_map(|(unit, _)| backlog::least_of(&unit.rows));
        let gathered = backlog::least_of(&self.gathered);
        later.chain(gathered).fold(input.min(self.backlog.limit()), Timestamp::min)
    }

    fn is_busy(&self) -> bool {
        !self.is_idle()
    }

    fn is_full(&self) -> bool {
        self.may_refuse && self.later.is_some()
    }

    fn can_be_full(&self) -> bool {
        true
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        let Some((unit, _)) = self.later.take_if(|(_, due)| *due <= now) else { return Ok(()) };
        self.run(unit)?;
        self.catch_up()
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.later.as_ref().map(|(_, due)| *due)
    }

    fn works_by_the_clock(&self) -> bool {
        true
    }

    fn pending(&self) -> Option<Pending> {
        let later = self.later.as_ref().map_or(0, |(unit, _)| unit.rows.len());
        let count = later + self.backlog.len();
        Some(Pending { count: count as u64, what: "elements that wait for another attempt", next_event: None })
    }

    /// A sink prepares what it has been given, also when more may come in another run.
    fn end_early(&mut self) -> Result<()> {
        self.attempts.end()
    }

    fn teardown(&mut self) {
        self.attempts.tear_down();
    }
}
