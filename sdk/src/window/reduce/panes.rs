//! Results, numbered.

use super::state::OpenWindow;
use super::{Contents, Effects, Now, Reducer, WindowResult};
use crate::window::{ClosingBehavior, OnTimeBehavior, Pane, Timing, Window};

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    /// Shows a result, unless it would say nothing new to anybody who cares.
    pub(super) fn show(
        &self,
        open: &mut OpenWindow<C::State>,
        window: Window,
        is_last: bool,
        now: &Now,
        effects: &mut impl Effects<V, C::Out>,
    ) {
        let timing = timing(open, window, now);
        if open.has_news || self.shows_without_news(timing, is_last) {
            let timestamp = self.timestamp_of(open, window);
            let pane = next_pane(open, timing, is_last);
            let keeps = self.accumulates() && !is_last;
            let contents =
                if keeps { self.contents.show(&open.contents) } else { self.contents.take(&mut open.contents) };
            effects.result(WindowResult { window, timestamp, pane, contents });
        }
        open.has_news = false;
        self.release(open, window, is_last, now);
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
    Pane { timing, index, on_time_index, first: index == 0, last }
}
