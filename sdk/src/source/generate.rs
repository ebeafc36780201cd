//! Elements that are made at a rate.

use crate::{BoxError, Element, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Makes `rate` elements per second of processing time, without an end: `make` is given their numbers, from 0 on.
///
/// Each element is due at an instant that follows from its number, and that instant is its timestamp, in milliseconds. What
/// is due is made at once. When the pipeline has been busy it catches up, but not with more than
/// [a second](Generate::catch_up): time that was lost beyond that moves what follows back. No number is left out.
///
/// The numbers are divided among workers, so that those of one worker are `parallelism` apart; at rates below 10,000 for
/// each worker fewer of them, down to one, do it. With a rate of [`f64::INFINITY`] elements are made as fast as they are
/// taken, and have the time at which that is.
///
/// A rate that is not above 0 is an error of the pipeline when it starts.
///
/// ```
/// use beamline_sdk::{Pipeline, generate};
///
/// let p = Pipeline::new();
/// let squares = p.read(generate(1_000.0, |n| n * n));
/// assert!(!squares.is_bounded());
/// ```
pub fn generate<T: Element, F: Fn(u64) -> T + Clone + Send + Sync + 'static>(rate: f64, make: F) -> Generate<F> {
    Generate { interval: 1000.0 / rate, catch_up: Duration::from_secs(1), make }
}

/// Makes an element after each `interval`, in whole milliseconds, the last of those that were missed at once.
pub(crate) fn generate_every<F>(interval: Duration, make: F) -> Generate<F> {
    // None at all is refused as a rate is that is not above 0.
    let millis = interval.as_millis() as f64;
    Generate { interval: if millis > 0.0 { millis } else { f64::NAN }, catch_up: interval, make }
}

/// Elements that are made at a rate: what [`generate`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description makes nothing until it is given to a pipeline"]
pub struct Generate<F> {
    /// Milliseconds between two elements.
    interval: f64,
    catch_up: Duration,
    make: F,
}

impl<F> Generate<F> {
    /// Below this rate, in elements per millisecond, another worker is not worth its while.
    const RATE_OF_A_WORKER: f64 = 10.0;

    /// Says for how much lost time, in whole milliseconds, elements are made at once. A second by default; with more, a
    /// pipeline that is too slow for the rate falls back, and the timestamps show by how much.
    pub fn catch_up(self, at_most: Duration) -> Self {
        Self { catch_up: at_most, ..self }
    }
}

/// Every so many numbers, from one on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Numbers {
    first: u64,
    step: u64,
}

impl<T: Element, F: Fn(u64) -> T + Clone + Send + Sync + 'static> Source for Generate<F> {
    type Out = T;
    type Split = Numbers;
    type Reader = Generator<F>;

    fn label(&self) -> String {
        "Generate".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Numbers>, BoxError> {
        // A rate of -∞ gives an interval of -0.
        if !self.interval.is_finite() || self.interval.is_sign_negative() {
            return Err("the rate of elements, or the pause between two of them, has to be above 0; pauses are in whole milliseconds".into());
        }
        let worth = (1.0 / self.interval / Self::RATE_OF_A_WORKER).ceil() as u64;
        let step = worth.clamp(1, target.parallelism.max(1) as u64);
        Ok((0..step).map(|first| Numbers { first, step }).collect())
    }

    fn describe(&self, split: &Numbers) -> String {
        match split.step {
            1 => "all numbers".to_owned(),
            step => format!("every {step}th number from {} on", split.first),
        }
    }

    fn open(&self, split: Numbers) -> Result<Generator<F>, BoxError> {
        let schedule = Schedule { interval: self.interval, catch_up: self.catch_up, zero: None };
        Ok(Generator { next: split.first, step: split.step, schedule, make: self.make.clone() })
    }
}

/// Makes the elements of one split.
pub struct Generator<F> {
    next: u64,
    step: u64,
    schedule: Schedule,
    make: F,
}

/// When elements are due.
struct Schedule {
    /// Milliseconds between two elements.
    interval: f64,
    catch_up: Duration,
    /// When the element of number 0 is due.
    zero: Option<Timestamp>,
}

impl Schedule {
    /// When an element is due, once it has been told when it began.
    fn due(&self, number: u64) -> Option<Timestamp> {
        let after = (number as f64 * self.interval).round() as i64;
        self.zero.map(|zero| Timestamp::from_millis(zero.millis().saturating_add(after)))
    }

    /// The next element is to be made now, or later.
    fn look_at(&mut self, now: Timestamp, next: u64) {
        if self.interval == 0.0 {
            self.zero = self.zero.max(Some(now));
        }
        let due = self.due(next).unwrap_or(Timestamp::MAX);
        let lost = (now - self.catch_up).millis().saturating_sub(due.millis());
        let zero = self.zero.get_or_insert(now);
        if lost > 0 {
            *zero = Timestamp::from_millis(zero.millis() + lost);
        }
    }
}

impl<T: Element, F: Fn(u64) -> T + 'static> Reader for Generator<F> {
    type Out = T;
    type Split = Numbers;

    fn poll(&mut self, out: &mut SourceBatch<'_, T>) -> Result<Next, BoxError> {
        let now = out.now();
        self.schedule.look_at(now, self.next);
        while !out.is_full() {
            let due = self.schedule.due(self.next).unwrap_or(now);
            if due > now {
                return Ok(Next::WakeAt(due));
            }
            out.push_at((self.make)(self.next), due);
            self.next += self.step;
        }
        Ok(Next::More)
    }

    /// The time of the next element, which is known.
    fn watermark(&self) -> Timestamp {
        self.schedule.due(self.next).unwrap_or(Timestamp::MIN)
    }
}
