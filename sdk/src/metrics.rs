//! Metrics: what user code counts, and what the engine counts for it.
//!
//! A metric is a static with a name; the step that updates it is found by itself, and each step has its own value.
//! Updates are kept on the worker's thread and become *committed* when the bundle succeeds (Beam model, *Metrics*). What a
//! failed bundle has counted is forgotten, but for [lasting](Counter::lasting) counters and for how many elements a step
//! emitted.
//!
//! ```
//! use beamline_sdk::metrics::Counter;
//!
//! static BAD_LINES: Counter = Counter::new("bad_lines");
//!
//! fn parse(line: String) -> Option<u64> {
//!     let number = line.parse().ok();
//!     if number.is_none() {
//!         BAD_LINES.inc(1);
//!     }
//!     number
//! }
//! # assert_eq!(parse("x".to_owned()), None);
//! ```

use crate::kernel::{StepId, step};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// Counts up.
#[derive(Debug)]
pub struct Counter {
    name: &'static str,
    is_lasting: bool,
}

impl Counter {
    /// A counter of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, is_lasting: false }
    }

    /// A counter of what cannot be undone, such as files that others see: what it has counted stays counted when the bundle
    /// fails.
    pub const fn lasting(name: &'static str) -> Self {
        Self { name, is_lasting: true }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Adds `by` to the counter of the step that this thread is in.
    pub fn inc(&self, by: u64) {
        update_as(self.name, Value::Counter(by), self.is_lasting);
    }
}

/// Keeps count, sum, minimum and maximum of the values that it is given.
#[derive(Debug)]
pub struct Distribution(&'static str);

impl Distribution {
    /// A distribution of this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Adds a value to the distribution of the step that this thread is in.
    pub fn update(&self, value: i64) {
        update(self.0, Value::Distribution(DistributionValue { count: 1, sum: value, min: value, max: value }));
    }
}

/// Keeps the last value that it is given; of several workers, that of any.
#[derive(Debug)]
pub struct Gauge(&'static str);

impl Gauge {
    /// A gauge of this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Sets the gauge of the step that this thread is in.
    pub fn set(&self, value: i64) {
        update(self.0, Value::Gauge(value));
    }
}

/// What a distribution knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DistributionValue {
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: i64,
    /// The least.
    pub min: i64,
    /// The greatest.
    pub max: i64,
}

/// The value of one metric in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of a [`Counter`].
    Counter(u64),
    /// Of a [`Distribution`].
    Distribution(DistributionValue),
    /// Of a [`Gauge`].
    Gauge(i64),
}

impl Value {
    fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Counter(a), Self::Counter(b)) => *a += b,
            (Self::Distribution(a), Self::Distribution(b)) => {
                *a = DistributionValue {
                    count: a.count + b.count,
                    sum: a.sum.saturating_add(b.sum),
                    min: a.min.min(b.min),
                    max: a.max.max(b.max),
                }
            }
            _ => *self = other,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter(n) => write!(f, "{n}"),
            Self::Gauge(n) => write!(f, "{n}"),
            Self::Distribution(d) => write!(f, "count {}, sum {}, min {}, max {}", d.count, d.sum, d.min, d.max),
        }
    }
}

struct Pending {
    step: StepId,
    name: &'static str,
    value: Value,
    is_lasting: bool,
}

thread_local! {
    // A step has few metrics and a worker few steps that use them: a list is found through faster than a map.
    static PENDING: RefCell<Vec<Pending>> = const { RefCell::new(Vec::new()) };
}

fn update(name: &'static str, value: Value) {
    update_as(name, value, false);
}

fn update_as(name: &'static str, value: Value, is_lasting: bool) {
    let step = step();
    PENDING.with_borrow_mut(|pending| {
        match pending.iter_mut().find(|p| p.step == step && std::ptr::eq(p.name, name)) {
            Some(found) => found.value.merge(value),
            None => pending.push(Pending { step, name, value, is_lasting }),
        }
    });
}

/// What has been counted on a thread that is no worker's, until the worker counts it.
#[cfg(feature = "async")]
#[derive(Default)]
pub(crate) struct Updates(Vec<Pending>);

#[cfg(feature = "async")]
impl Updates {
    /// Takes what this thread has counted for a step.
    pub(crate) fn take_from_thread(&mut self, step: StepId) {
        PENDING.with_borrow_mut(|pending| self.0.extend(pending.extract_if(.., |p| p.step == step)));
    }

    /// Counts it on this thread.
    pub(crate) fn apply(&mut self) {
        PENDING.with_borrow_mut(|pending| pending.append(&mut self.0));
    }
}

/// The metrics of one worker, by step and name.
#[derive(Clone, Debug, Default)]
pub struct WorkerMetrics(BTreeMap<(StepId, &'static str), Value>);

impl WorkerMetrics {
    /// Adds what this thread has updated since the last time.
    pub fn commit(&mut self) {
        PENDING.with_borrow_mut(|pending| pending.drain(..).for_each(|p| self.add(p.step, p.name, p.value)));
    }

    /// Adds the metrics of another worker.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|((step, name), value)| self.add(step, name, value));
    }

    fn add(&mut self, step: StepId, name: &'static str, value: Value) {
        self.0.entry((step, name)).and_modify(|v| v.merge(value)).or_insert(value);
    }

    /// The metrics of a step.
    pub fn of(&self, step: StepId) -> BTreeMap<String, Value> {
        let first = (step, "");
        let mine = self.0.range(first..).take_while(|((s, _), _)| *s == step);
        mine.map(|((_, name), value)| ((*name).to_owned(), *value)).collect()
    }
}

/// Forgets what this thread has updated and not committed, other than by [lasting](Counter::lasting) counters.
pub fn discard() {
    PENDING.with_borrow_mut(|pending| pending.retain(|update| update.is_lasting));
}

/// Forgets all that this thread has updated and not committed.
pub(crate) fn forget() {
    PENDING.with_borrow_mut(Vec::clear);
}

/// The metrics of a run, step by step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// The steps in the order of the graph.
    pub steps: Vec<StepMetrics>,
}

/// The metrics of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepMetrics {
    /// The name of the step.
    pub step: String,
    /// How many elements it emitted, into all of its outputs; of a step that writes, how many it took.
    pub emitted: u64,
    /// What user code counted, by name.
    pub values: BTreeMap<String, Value>,
}

impl Metrics {
    /// The sum of a counter over all steps; 0 if nothing was counted.
    pub fn counter(&self, name: &str) -> u64 {
        let count = |step: &StepMetrics| match step.values.get(name) {
            Some(Value::Counter(n)) => *n,
            _ => 0,
        };
        self.steps.iter().map(count).sum()
    }

    /// The value of a metric in a step.
    pub fn value(&self, step: &str, name: &str) -> Option<Value> {
        self.steps.iter().find(|s| s.step == step)?.values.get(name).copied()
    }

    /// How many elements a step has emitted.
    pub fn emitted(&self, step: &str) -> Option<u64> {
        self.steps.iter().find(|s| s.step == step).map(|s| s.emitted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::enter;

    static SEEN: Counter = Counter::new("seen");
    static SIZES: Distribution = Distribution::new("sizes");
    static DONE: Counter = Counter::lasting("done");

    #[test]
    fn each_step_has_its_own_values_and_discarded_ones_are_gone() {
        let mut metrics = WorkerMetrics::default();
        enter(1);
        SEEN.inc(2);
        SIZES.update(5);
        SIZES.update(-1);
        enter(2);
        SEEN.inc(40);
        metrics.commit();
        SEEN.inc(1000);
        DONE.inc(3);
        discard();
        SEEN.inc(2);
        metrics.commit();
        assert_eq!(metrics.of(1)["seen"], Value::Counter(2));
        assert_eq!(metrics.of(2)["seen"], Value::Counter(42));
        assert_eq!(metrics.of(2)["done"], Value::Counter(3), "what lasts is not gone");
        let sizes = DistributionValue { count: 2, sum: 4, min: -1, max: 5 };
        assert_eq!(metrics.of(1)["sizes"], Value::Distribution(sizes));
        assert!(metrics.of(3).is_empty());
    }
}
