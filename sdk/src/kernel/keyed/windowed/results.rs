//! What leaves a grouping: results, and what came too late.

use super::Late;
use crate::kernel::guard::render;
use crate::kernel::{Emitter, Meta, Shared, Stamp, Wiring};
use crate::metrics::Counter;
use crate::window::reduce::{Dropped, DroppedBecause};
use crate::window::{Pane, WindowingStrategy};
use crate::{Element, Error, ErrorKind, Key, Result, Step, Timestamp};
use std::sync::Arc;

/// Elements that windows did not take because the watermark was past their end by more than the allowed lateness.
pub(crate) static DROPPED_LATE: Counter = Counter::new("dropped_late");
/// Elements that windows did not take because their trigger had finished.
static DROPPED_CLOSED: Counter = Counter::new("dropped_closed");
/// Elements that were taken back and had not come when their window ended.
static DROPPED_UNMATCHED: Counter = Counter::new("dropped_unmatched");

/// So many results are better off in batches of their own, whose rows need no stamps.
const ENOUGH_FOR_BATCHES: usize = 256;

/// The outputs of a grouping.
pub(super) struct Results<K, V, Row> {
    out: Emitter<Row>,
    late: Late<K, V>,
    step: Arc<Step>,
    may_lose_data: bool,
    failure: Option<Error>,
    shared: Arc<Shared>,
    /// Whether windows end because the run is drained.
    is_drained: bool,
}

impl<K: Key, V: Element, Row: Element> Results<K, V, Row> {
    pub(super) fn new(wiring: &Wiring<'_>, strategy: &WindowingStrategy, late: Late<K, V>) -> Self {
        Self {
            out: wiring.emitter(0),
            late,
            step: wiring.step.clone(),
            may_lose_data: strategy.allows_data_loss(),
            failure: None,
            shared: wiring.env.shared.clone(),
            is_drained: false,
        }
    }

    /// The watermark has come to `time`.
    pub(super) fn watermark(&mut self, time: Timestamp) {
        self.is_drained = time == Timestamp::MAX && self.shared.is_draining();
    }

    pub(super) fn show(&mut self, row: Row, stamp: &Stamp) {
        if self.is_drained {
            return self.out.emit_with(row, &drained(stamp));
        }
        self.out.emit_with(row, stamp);
    }

    /// Shows `count` results that have the stamp in common.
    pub(super) fn show_all(&mut self, count: usize, rows: impl Iterator<Item = Row>, stamp: &Stamp) {
        if count < ENOUGH_FOR_BATCHES {
            return rows.for_each(|row| self.show(row, stamp));
        }
        self.out.begin_anew(&Meta::of(if self.is_drained { drained(stamp) } else { stamp.clone() }));
        rows.for_each(|row| self.out.emit(row));
    }

    /// Counts an element that a window did not take, and passes it on to whoever asked for such elements.
    pub(super) fn dropped(&mut self, key: &K, dropped: Dropped<V>) {
        match dropped.because {
            DroppedBecause::Late => DROPPED_LATE.inc(1),
            DroppedBecause::Closed => DROPPED_CLOSED.inc(1),
            DroppedBecause::Unmatched => return self.unmatched(key, &dropped.value),
        }
        let pane = Pane::UNKNOWN.marked(dropped.mark);
        let stamp = Stamp { time: dropped.timestamp, windows: dropped.window.into(), pane };
        self.late.emit(key, dropped.value, &stamp);
    }

    /// What is taken back and has never come was not made by the functions that made what has come.
    fn unmatched(&mut self, key: &K, value: &V) {
        DROPPED_UNMATCHED.inc(1);
        if self.failure.is_none() && !self.may_lose_data {
            let text = "a result is taken back that has never come here: the steps before have made another one of it";
            let help = "functions of elements that may be taken back must always make the same of the same element, \
                        whatever the time or a side input is, and what they make must have one encoding: a `BTreeMap`, \
                        not a `HashMap`";
            let error = Error::new(ErrorKind::User, text).help(help).in_step(&self.step);
            self.failure = Some(error.at(render(&(key, value))));
        }
    }

    /// The error of a consumer, if there was one.
    pub(super) fn check(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)?;
        self.out.check()?;
        self.late.check()
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.out.flush()?;
        self.late.flush()
    }
}

/// The stamp of a window that draining has closed.
fn drained(stamp: &Stamp) -> Stamp {
    Stamp { pane: Pane { drained: true, ..stamp.pane }, ..stamp.clone() }
}
