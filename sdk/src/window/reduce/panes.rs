//! Results, numbered.

use super::aside::{Aside, Shown};
use super::state::OpenWindow;
use super::{Contents, Effects, Now, Reducer, WindowResult};
use crate::window::{Accumulation, ClosingBehavior, Mark, OnTimeBehavior, Pane, Timing, Window};

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    /// Shows a result, unless it would say nothing new to anybody who cares.
    pub(super) fn show(
        &self,
        open: &mut OpenWindow<C::State>,
        aside: &mut Aside<C::State>,
        window: Window,
        is_last: bool,
        now: &Now,
        effects: &mut impl Effects<V, C::Out>,
    ) {
        let timing = timing(open, window, now);
        if open.has_news || self.shows_without_news(timing, is_last) {
            if self.retracts() {
                self.take_back(aside.take_shown(&window), effects);
            }
            if self.has_result(open) {
                let timestamp = self.timestamp_of(open, window);
                let pane = next_pane(open, timing, is_last);
                if self.retracts() && !is_last {
                    let contents = self.contents.snapshot(&mut open.contents);
                    aside.remember(window, [Shown { window, timestamp, pane, contents }]);
                }
                let contents = self.contents_to_show(open, is_last);
                effects.result(WindowResult { window, timestamp, pane, contents });
            }
        }
        open.has_news = false;
        self.release(open, window, is_last, now);
    }

    fn contents_to_show(&self, open: &mut OpenWindow<C::State>, is_last: bool) -> C::Out {
        let keeps = self.accumulates() && !is_last;
        if keeps { self.contents.show(&mut open.contents) } else { self.contents.take(&mut open.contents) }
    }

    /// Takes back what has been shown.
    #[cold]
    #[inline(never)]
    pub(super) fn take_back(&self, shown: Vec<Shown<C::State>>, effects: &mut impl Effects<V, C::Out>) {
        for Shown { window, timestamp, pane, mut contents } in shown {
            let contents = self.contents.take(&mut contents);
            effects.result(WindowResult { window, timestamp, pane: pane.marked(Mark::Retracts), contents });
        }
    }

    /// Whether there is something that can be shown.
    ///
    /// A window from which everything has been taken back is like one that never had an element. Only where its last
    /// result is not taken back, it shows that there is nothing now.
    fn has_result(&self, open: &OpenWindow<C::State>) -> bool {
        if !self.contents.is_empty(&open.contents) {
            return true;
        }
        let replaces = self.strategy.accumulation() == Accumulation::Accumulating && open.panes > 0;
        self.contents.has_default() && (replaces || !self.is_revised)
    }

    fn shows_without_news(&self, timing: Timing, is_last: bool) -> bool {
        let on_time = timing == Timing::OnTime && self.strategy.on_time_behavior() == OnTimeBehavior::FireAlways;
        on_time || is_last && self.strategy.closing_behavior() == ClosingBehavior::FireAlways
    }
}

/// A window shows at most one result on time, and only if nobody downstream has been told that its time is over.
fn timing<S>(open: &OpenWindow<S>, window: Window, now: &Now) -> Timing {
    let last = window.max_timestamp();
    if now.output_watermark > last || open.on_time_panes > 0 {
        Timing::Late
    } else if now.watermark <= last {
        Timing::Early
    } else {
        Timing::OnTime
    }
}

fn next_pane<S>(open: &mut OpenWindow<S>, timing: Timing, last: bool) -> Pane {
    let index = open.panes;
    open.panes += 1;
    let on_time_index = (timing != Timing::Early).then_some(open.on_time_panes);
    open.on_time_panes += u32::from(on_time_index.is_some());
    Pane { timing, index, on_time_index, first: index == 0, last, mark: Mark::None, drained: false }
}
