//! Events at a rate, counted by key in windows.

use super::histogram::Histogram;
use ::beamline::prelude::*;
use ::beamline::state::{EventTimer, ValueState};
use beamline_bench_data::rng::mix;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A pause that ends a session.
const GAP: Duration = Duration::from_millis(200);

/// What flows.
pub(super) struct Load {
    pub(super) rate: u32,
    pub(super) keys: u64,
    pub(super) window: Duration,
    pub(super) each: bool,
    pub(super) soak: bool,
}

/// Builds the pipeline: an event's time is that at which it is made.
pub(super) fn build(p: &Pipeline, load: &Load, latencies: &Arc<Histogram>) {
    let keys = load.keys;
    let events = p.read(generate(f64::from(load.rate), move |n| (mix(n) % keys, ()))).named("Events");
    let fixed = Windowing::fixed(load.window);
    let windowing = if load.each {
        let every = Trigger::repeatedly(Trigger::after_count(1));
        fixed.trigger(every, Accumulation::Accumulating).allowed_lateness(Duration::ZERO)
    } else {
        fixed
    };
    let latencies = latencies.clone();
    let each = load.each;
    events.window(windowing).count_per_key().for_each_in_window(move |result| {
        // A result for an event has its time; one for a window comes when the window has ended.
        let from = if each { result.timestamp } else { result.window.end };
        latencies.add(since_epoch().saturating_sub(Duration::from_millis(from.millis().max(0) as u64)));
        Ok(())
    });
    if load.soak {
        events.window(Windowing::sessions(GAP)).count_per_key().for_each(|_| Ok(()));
        events.par_do_stateful(CountUntilQuiet).named("CountUntilQuiet").for_each(|_| Ok(()));
    }
}

#[derive(StateSpec)]
struct Visit {
    events: ValueState<u64>,
    quiet: EventTimer,
}

/// Counts the events of a key until none has come for a while, by state and a timer.
#[derive(Clone)]
struct CountUntilQuiet;

impl StatefulDoFn<u64, ()> for CountUntilQuiet {
    type State = Visit;
    type Out = u64;

    fn process(&mut self, _: &u64, (): (), visit: &mut Visit, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        *visit.events.get_or_insert_with(|| 0) += 1;
        visit.quiet.set(cx.timestamp() + GAP, cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _: &u64,
        VisitTimer::Quiet: VisitTimer,
        visit: &mut Visit,
        cx: &mut StateCx<'_, u64>,
    ) -> Result<(), BoxError> {
        visit.events.take().into_iter().for_each(|events| cx.emit(events));
        Ok(())
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
