//! Drives the rules of grouping directly: a state per key, timers in a set, holds counted; one grouping behind the other.

use super::{Driver, Element, Event, Outcome, Produced, Script, condensed};
use beamline::Timestamp;
use beamline::combine::ToList;
use beamline::window::reduce::{
    Arrival, Combined, Contents, Dropped, DroppedBecause, Effects, KeyState, Listed, Now, Reducer, TimeDomain, Wake,
    WindowResult,
};
use beamline::window::{Mark, WindowSet, WindowingStrategy};
use std::collections::{BTreeMap, BTreeSet};

/// Drives [`Reducer`].
pub(crate) struct RulesDriver {
    accumulators: bool,
    saves: bool,
}

impl RulesDriver {
    /// Windows contain lists.
    pub(crate) fn lists() -> Self {
        Self { accumulators: false, saves: false }
    }

    /// Windows contain accumulators of a combiner.
    pub(crate) fn accumulators() -> Self {
        Self { accumulators: true, saves: false }
    }

    /// Saves and loads all state after each event.
    pub(crate) fn saving_all_state(mut self) -> Self {
        self.saves = true;
        self
    }
}

impl Driver for RulesDriver {
    fn name(&self) -> String {
        let contents = if self.accumulators { "accumulators" } else { "lists" };
        let saved = if self.saves { ", saved and loaded" } else { "" };
        format!("rules with {contents}{saved}")
    }

    fn run(&self, script: &Script) -> Result<Outcome, String> {
        if self.accumulators { play(script, &Combined(ToList), self.saves) } else { play(script, &Listed, self.saves) }
    }
}

/// Plays a script to one grouping behind the other.
fn play<C>(script: &Script, contents: &C, saves: bool) -> Result<Outcome, String>
where
    C: Contents<i64, Out = Vec<i64>> + Clone,
{
    let new = |strategy| Run::new(strategy, contents.clone(), saves);
    let mut groupings: Vec<Run<C>> = script.strategies()?.into_iter().map(new).collect();
    let mut panes = Vec::new();
    for (step, event) in script.events.iter().enumerate() {
        let mut before: Option<(Vec<Produced>, Now)> = None;
        for grouping in &mut groupings {
            match before {
                None => grouping.event(event),
                Some((results, now)) => grouping.follow(results, now),
            }
            before = Some((grouping.end_event()?, grouping.now));
        }
        let results = before.into_iter().flat_map(|(results, _)| results);
        panes.extend(results.map(|pane| Produced { step, ..pane }));
    }
    groupings.into_iter().try_fold(Outcome { panes, ..Outcome::default() }, |sum, grouping| {
        let Outcome { dropped_late, dropped_closed, dropped_unmatched, .. } = grouping.end()?;
        Ok(Outcome {
            dropped_late: sum.dropped_late + dropped_late,
            dropped_closed: sum.dropped_closed + dropped_closed,
            dropped_unmatched: sum.dropped_unmatched + dropped_unmatched,
            ..sum
        })
    })
}

struct Run<C: Contents<i64>> {
    strategy: WindowingStrategy,
    reducer: Reducer<i64, C>,
    saves: bool,
    keys: BTreeMap<String, KeyState<C::State>>,
    now: Now,
    outside: Outside,
}

/// What happens outside of the keys.
#[derive(Default)]
struct Outside {
    /// The key that is at work.
    key: String,
    timers: BTreeSet<(Wake, String)>,
    holds: BTreeMap<Timestamp, usize>,
    outcome: Outcome,
}

impl Effects<i64, Vec<i64>> for Outside {
    fn result(&mut self, result: WindowResult<Vec<i64>>) {
        let WindowResult { window, timestamp, pane, contents: mut values } = result;
        values.sort_unstable();
        self.outcome.panes.push(Produced { step: 0, key: self.key.clone(), window, values, timestamp, pane });
    }

    fn dropped(&mut self, dropped: Dropped<i64>) {
        match dropped.because {
            DroppedBecause::Late => self.outcome.dropped_late += 1,
            DroppedBecause::Closed => self.outcome.dropped_closed += 1,
            DroppedBecause::Unmatched => self.outcome.dropped_unmatched += 1,
        }
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        if let Some(to) = to {
            *self.holds.entry(to).or_default() += 1;
        }
        if let Some(from) = from {
            let count = self.holds.get_mut(&from).expect("a hold that was told");
            *count -= 1;
            if *count == 0 {
                self.holds.remove(&from);
            }
        }
    }

    fn wake(&mut self, wake: Wake) {
        self.timers.insert((wake, self.key.clone()));
    }
}

impl<C: Contents<i64, Out = Vec<i64>>> Run<C> {
    fn new(strategy: WindowingStrategy, contents: C, saves: bool) -> Self {
        let reducer = Reducer::new(&strategy, contents);
        Self { strategy, reducer, saves, keys: BTreeMap::new(), now: Now::START, outside: Outside::default() }
    }

    /// What has been shown, when an event has been seen to the end.
    fn end_event(&mut self) -> Result<Vec<Produced>, String> {
        self.move_output_watermark();
        if self.saves {
            self.save_and_load()?;
        }
        Ok(std::mem::take(&mut self.outside.outcome.panes))
    }

    fn end(self) -> Result<Outcome, String> {
        if self.now.watermark == Timestamp::MAX && !(self.keys.is_empty() && self.outside.holds.is_empty()) {
            return Err(format!("state is left at the end of time, of {:?}", self.keys.keys()));
        }
        Ok(self.outside.outcome)
    }

    /// The grouping before has shown results, and come to a time.
    fn follow(&mut self, results: Vec<Produced>, before: Now) {
        self.now.clock = before.clock;
        for Produced { key, window, values, timestamp, pane, .. } in results {
            self.arrival(&key, Arrival { time: timestamp, windows: &[window], mark: pane.mark }, condensed(&values));
        }
        self.run_timers(TimeDomain::ProcessingTime, self.now.clock);
        if before.output_watermark > self.now.watermark {
            self.advance_watermark(before.output_watermark);
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Elements(elements) => elements.iter().for_each(|element| self.element(element)),
            Event::Watermark(to) => self.advance_watermark(*to),
            Event::Clock(by) => {
                self.now.clock = self.now.clock + *by;
                self.run_timers(TimeDomain::ProcessingTime, self.now.clock);
            }
        }
    }

    fn element(&mut self, element: &Element) {
        let mut windows = WindowSet::new();
        self.strategy.window_fn().assign(element.time, &mut windows);
        let mark = if element.punctuates { Mark::Punctuates } else { Mark::None };
        self.arrival(&element.key, Arrival { time: element.time, windows: &windows, mark }, element.value);
    }

    fn arrival(&mut self, name: &str, arrival: Arrival<'_>, value: i64) {
        name.clone_into(&mut self.outside.key);
        let key = self.keys.entry(name.to_owned()).or_default();
        self.reducer.arrival(key, &self.now, arrival, value, &mut self.outside);
        self.forget_if_empty(name);
    }

    fn advance_watermark(&mut self, to: Timestamp) {
        self.now.watermark = to;
        self.run_timers(TimeDomain::EventTime, to);
    }

    fn run_timers(&mut self, domain: TimeDomain, upto: Timestamp) {
        while let Some((wake, name)) = self.next_timer(domain, upto) {
            let Some(key) = self.keys.get_mut(&name) else { continue };
            self.outside.key.clone_from(&name);
            self.reducer.on_timer(key, &self.now, wake, &mut self.outside);
            self.forget_if_empty(&name);
        }
    }

    fn next_timer(&mut self, domain: TimeDomain, upto: Timestamp) -> Option<(Wake, String)> {
        let mut timers = self.outside.timers.iter();
        let next = timers.find(|(wake, _)| wake.domain == domain).filter(|(wake, _)| wake.at <= upto)?.clone();
        self.outside.timers.remove(&next);
        Some(next)
    }

    fn forget_if_empty(&mut self, name: &str) {
        if self.keys.get(name).is_some_and(KeyState::is_empty) {
            self.keys.remove(name);
        }
    }

    fn move_output_watermark(&mut self) {
        let held = self.outside.holds.keys().next().copied().unwrap_or(Timestamp::MAX);
        self.now.output_watermark = self.now.output_watermark.max(self.now.watermark.min(held));
    }

    /// All that a run remembers goes through text, and what can be told again is told again.
    fn save_and_load(&mut self) -> Result<(), String> {
        let saved = serde_json::to_string(&self.keys).map_err(|error| error.to_string())?;
        self.keys = serde_json::from_str(&saved).map_err(|error| error.to_string())?;
        let holds = std::mem::take(&mut self.outside.holds);
        self.outside.timers.clear();
        for (name, key) in &self.keys {
            self.outside.key.clone_from(name);
            self.reducer.announce(key, &self.now, &mut self.outside);
        }
        if self.outside.holds == holds { Ok(()) } else { Err("holds differ after loading".to_owned()) }
    }
}
