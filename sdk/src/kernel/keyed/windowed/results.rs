//! What leaves a grouping: results, and what came too late.

use crate::kernel::{Emitter, Stamp, Wiring};
use crate::metrics::Counter;
use crate::window::Pane;
use crate::window::reduce::{Dropped, DroppedBecause};
use crate::{Element, Key, Result};
use smallvec::smallvec;

/// Elements that windows did not take because the watermark was past their end by more than the allowed lateness.
pub(crate) static DROPPED_LATE: Counter = Counter::new("dropped_late");
/// Elements that windows did not take because their trigger had finished.
static DROPPED_CLOSED: Counter = Counter::new("dropped_closed");

/// The outputs of a grouping.
pub(super) struct Results<K, V, Row> {
    out: Emitter<Row>,
    late: Option<Emitter<(K, V)>>,
}

impl<K: Key, V: Element, Row: Element> Results<K, V, Row> {
    pub(super) fn new(wiring: &Wiring<'_>) -> Self {
        Self { out: wiring.emitter(0), late: (wiring.outputs.len() > 1).then(|| wiring.emitter(1)) }
    }

    pub(super) fn show(&mut self, row: Row, stamp: &Stamp) {
        self.out.emit_with(row, stamp);
    }

    /// Counts an element that a window did not take, and passes it on to whoever asked for such elements.
    pub(super) fn dropped(&mut self, key: &K, dropped: Dropped<V>) {
        match dropped.because {
            DroppedBecause::Late => DROPPED_LATE.inc(1),
            DroppedBecause::Closed => DROPPED_CLOSED.inc(1),
        }
        if let Some(late) = &mut self.late {
            let stamp = Stamp { time: dropped.timestamp, windows: smallvec![dropped.window], pane: Pane::UNKNOWN };
            late.emit_with((key.clone(), dropped.value), &stamp);
        }
    }

    /// The error of a consumer, if there was one.
    pub(super) fn check(&mut self) -> Result<()> {
        self.out.check()?;
        self.late.as_mut().map_or(Ok(()), Emitter::check)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.out.flush()?;
        self.late.as_mut().map_or(Ok(()), Emitter::flush)
    }
}
