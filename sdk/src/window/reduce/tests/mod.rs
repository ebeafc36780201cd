//! Laws that hold for any windowing, trigger and order of events, beside the cases of the conformance test.

mod retractions;
mod sessions;
mod stages;

use super::*;
use crate::combine::{Max, Sum};
use crate::window::{
    ClosingBehavior, Mark, OnTimeBehavior, Pane, TimestampCombiner, Timing, Trigger, WindowSet, Windowing,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Clone, Debug)]
enum Event {
    Element(i64),
    Watermark(i64),
    Clock(u64),
}

/// One key and its surroundings.
struct Run<C: Contents<usize>> {
    strategy: WindowingStrategy,
    reducer: Reducer<usize, C>,
    key: KeyState<C::State>,
    now: Now,
    outside: Outside<C::Out>,
}

struct Outside<O> {
    timers: BTreeSet<Wake>,
    holds: BTreeMap<Timestamp, i64>,
    seen: Recorded<usize, O>,
}

impl<O> Effects<usize, O> for Outside<O> {
    fn result(&mut self, result: WindowResult<O>) {
        self.seen.result(result);
    }

    fn dropped(&mut self, dropped: Dropped<usize>) {
        self.seen.dropped(dropped);
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        for (at, by) in from.into_iter().map(|at| (at, -1)).chain(to.into_iter().map(|at| (at, 1))) {
            *self.holds.entry(at).or_default() += by;
        }
        self.holds.retain(|_, count| *count != 0);
    }

    fn wake(&mut self, wake: Wake) {
        self.timers.insert(wake);
    }
}

impl<C: Contents<usize>> Run<C> {
    fn new(windowing: &Windowing, contents: C) -> Self {
        Self::with_strategy(windowing.apply_to(&WindowingStrategy::default()).unwrap(), contents)
    }

    fn with_strategy(strategy: WindowingStrategy, contents: C) -> Self {
        let outside = Outside { timers: BTreeSet::new(), holds: BTreeMap::new(), seen: Recorded::default() };
        Self {
            reducer: Reducer::new(&strategy, contents),
            strategy,
            key: KeyState::default(),
            now: Now::START,
            outside,
        }
    }

    /// Carries out events; elements are numbered. Then ends the input.
    fn run(mut self, events: &[Event]) -> Self {
        events.iter().enumerate().for_each(|(number, event)| self.event(number, event));
        self.event(0, &Event::Watermark(i64::MAX));
        self
    }

    fn event(&mut self, number: usize, event: &Event) {
        match event {
            Event::Element(time) => self.element(*time, number),
            Event::Watermark(to) => {
                self.now.watermark = self.now.watermark.max(Timestamp::from_millis(*to));
                self.run_timers(TimeDomain::EventTime, self.now.watermark);
            }
            Event::Clock(by) => {
                self.now.clock = self.now.clock + ms(*by);
                self.run_timers(TimeDomain::ProcessingTime, self.now.clock);
            }
        }
        let held = self.outside.holds.keys().next().copied().unwrap_or(Timestamp::MAX);
        self.now.output_watermark = self.now.output_watermark.max(self.now.watermark.min(held));
    }

    fn element(&mut self, time: i64, value: usize) {
        self.marked(Mark::None, time, value);
    }

    fn marked(&mut self, mark: Mark, time: i64, value: usize) {
        let time = Timestamp::from_millis(time);
        let mut windows = WindowSet::new();
        self.strategy.window_fn().assign(time, &mut windows);
        let arrival = Arrival { time, windows: &windows, mark };
        self.reducer.arrival(&mut self.key, &self.now, arrival, value, &mut self.outside);
    }

    fn run_timers(&mut self, domain: TimeDomain, upto: Timestamp) {
        let due = |timers: &BTreeSet<Wake>| timers.iter().find(|w| w.domain == domain && w.at <= upto).copied();
        while let Some(wake) = due(&self.outside.timers) {
            self.outside.timers.remove(&wake);
            self.reducer.on_timer(&mut self.key, &self.now, wake, &mut self.outside);
        }
    }
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (-100..300i64).prop_map(Event::Element),
        1 => (-100..500i64).prop_map(Event::Watermark),
        1 => (1..40u64).prop_map(Event::Clock),
    ];
    prop::collection::vec(event, 0..40)
}

/// Triggers that do not finish.
fn any_trigger() -> impl Strategy<Value = Trigger> {
    let leaf = prop_oneof![
        (1..4u64).prop_map(Trigger::after_count),
        (0..30u64).prop_map(|delay| Trigger::after_processing_time(ms(delay)).into()),
        Just(Trigger::after_watermark().into()),
        Just(Trigger::never()),
    ];
    let tree = leaf.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            list.clone().prop_map(Trigger::all),
            list.clone().prop_map(Trigger::any),
            list.prop_map(Trigger::sequence),
            (inner.clone(), inner.clone()).prop_map(|(main, last)| main.or_finally(last)),
            (inner.clone(), inner.clone())
                .prop_map(|(early, late)| Trigger::after_watermark().early(early).late(late).into()),
            inner.prop_map(Trigger::repeatedly),
        ]
    });
    prop_oneof![Just(Trigger::default()), Just(Trigger::always()), tree.prop_map(Trigger::repeatedly)]
}

fn any_accumulation() -> impl Strategy<Value = Accumulation> {
    prop::sample::select(vec![Accumulation::Discarding, Accumulation::Accumulating, Accumulation::Retracting])
}

fn any_windowing(accumulation: Accumulation) -> impl Strategy<Value = Windowing> {
    let window_fn = prop_oneof![
        Just(Windowing::global()),
        (1..80u64).prop_map(|size| Windowing::fixed(ms(size))),
        (1..80u64, 5..80u64).prop_map(|(size, period)| Windowing::sliding(ms(size), ms(period))),
        (1..60u64).prop_map(|gap| Windowing::sessions(ms(gap))),
    ];
    let combiner = prop::sample::select(vec![
        TimestampCombiner::EndOfWindow,
        TimestampCombiner::Earliest,
        TimestampCombiner::Latest,
    ]);
    let closing = prop::sample::select(vec![ClosingBehavior::FireAlways, ClosingBehavior::FireIfNonEmpty]);
    (window_fn, any_trigger(), 0..100u64, combiner, closing).prop_map(
        move |(windowing, trigger, lateness, combiner, closing)| {
            let windowing = windowing.trigger(trigger, accumulation).allowed_lateness(ms(lateness));
            windowing.timestamp_combiner(combiner).closing_behavior(closing)
        },
    )
}

/// Panes of a window are numbered without gaps, are early, then at most once on time, then late, and end with a last
/// one if anything.
fn check_panes(panes: &[Pane]) {
    let mut on_time = 0;
    for (i, pane) in panes.iter().enumerate() {
        assert_eq!((pane.index as usize, pane.first), (i, i == 0));
        assert!(!pane.last || i + 1 == panes.len(), "a pane behind the last one");
        match pane.timing {
            Timing::Early => assert_eq!((on_time, pane.on_time_index), (0, None)),
            timing => {
                assert_eq!(pane.on_time_index, Some(on_time));
                assert!(timing == Timing::Late || on_time == 0, "on time for a second time");
                on_time += 1;
            }
        }
    }
}

fn panes_by_window<O>(results: &[WindowResult<O>]) -> BTreeMap<Window, Vec<Pane>> {
    let mut panes: BTreeMap<Window, Vec<Pane>> = BTreeMap::new();
    for result in results {
        panes.entry(result.window).or_default().push(result.pane);
    }
    panes
}

/// How often each element is to be shown: in each of its windows that did not drop it.
fn taken<C: Contents<usize>>(run: &Run<C>, events: &[Event]) -> BTreeMap<usize, usize> {
    let mut taken = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        let Event::Element(time) = event else { continue };
        let mut windows = WindowSet::new();
        run.strategy.window_fn().assign(Timestamp::from_millis(*time), &mut windows);
        let dropped = run.outside.seen.dropped.iter().filter(|d| d.value == number).count();
        taken.insert(number, windows.len() - dropped);
    }
    taken.retain(|_, count| *count > 0);
    taken
}

fn count_values(values: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn discarding_shows_each_element_once(windowing in any_windowing(Accumulation::Discarding), events in any_events()) {
        let run = Run::new(&windowing, Listed).run(&events);
        let results = &run.outside.seen.results;
        let shown = count_values(results.iter().flat_map(|result| result.contents.iter().copied()));
        prop_assert_eq!(shown, taken(&run, &events));
    }

    #[test]
    fn accumulating_shows_all_there_is_in_the_end(windowing in any_windowing(Accumulation::Accumulating), events in any_events()) {
        prop_assume!(!windowing.apply_to(&WindowingStrategy::default()).unwrap().needs_merging());
        let run = Run::new(&windowing, Listed).run(&events);
        let latest: BTreeMap<Window, &Vec<usize>> =
            run.outside.seen.results.iter().map(|result| (result.window, &result.contents)).collect();
        prop_assert_eq!(count_values(latest.into_values().flatten().copied()), taken(&run, &events));
    }

    #[test]
    fn nothing_is_left_at_the_end_of_time(windowing in any_windowing(Accumulation::Discarding), events in any_events()) {
        let run = Run::new(&windowing, Listed).run(&events);
        prop_assert!(run.key.is_empty());
        prop_assert_eq!(&run.outside.holds, &BTreeMap::new());
        prop_assert_eq!(run.now.output_watermark, Timestamp::MAX);
    }

    #[test]
    fn of_windows_that_have_expired_nothing_is_remembered(
        windowing in any_accumulation().prop_flat_map(any_windowing),
        events in any_events(),
    ) {
        let mut run = Run::new(&windowing, Listed);
        let lateness = run.strategy.allowed_lateness();
        for (number, event) in events.iter().enumerate() {
            run.event(number, event);
            let (open, aside) = (run.key.open.windows(), &run.key.aside);
            let aside = aside.closed().chain(aside.shown().map(|(window, _)| window)).chain(aside.lone());
            for window in open.iter().chain(aside) {
                prop_assert!(run.now.watermark <= window.expiry(lateness), "{} at {}", window, run.now.watermark);
            }
        }
    }

    #[test]
    fn panes_come_in_order(windowing in any_windowing(Accumulation::Discarding), events in any_events()) {
        let run = Run::new(&windowing, Listed).run(&events);
        if !run.strategy.needs_merging() {
            for panes in panes_by_window(&run.outside.seen.results).values() {
                check_panes(panes);
            }
        }
    }

    #[test]
    fn results_are_not_behind_the_output_watermark(windowing in any_windowing(Accumulation::Discarding), events in any_events()) {
        let mut run = Run::new(&windowing, Listed);
        for (number, event) in events.iter().chain([&Event::Watermark(i64::MAX)]).enumerate() {
            let before = run.outside.seen.results.len();
            let output_watermark = run.now.output_watermark;
            run.event(number, event);
            for result in &run.outside.seen.results[before..] {
                let on_time = result.timestamp >= output_watermark;
                prop_assert!(on_time || result.pane.timing == Timing::Late, "{result:?} behind {output_watermark:?}");
                prop_assert!(result.timestamp <= result.window.max_timestamp());
            }
        }
    }

    #[test]
    fn combining_is_grouping_and_then_combining(windowing in any_windowing(Accumulation::Accumulating), events in any_events()) {
        let lists = Run::new(&windowing, Listed).run(&events);
        let sums = Run::new(&windowing, Combined(Sum)).run(&events);
        let expected = lists.outside.seen.results.iter().map(|r| (r.window, r.timestamp, r.pane, r.contents.iter().sum()));
        let actual = sums.outside.seen.results.iter().map(|r| (r.window, r.timestamp, r.pane, r.contents));
        prop_assert!(expected.eq(actual));
    }
}

#[test]
fn a_late_element_is_told_with_its_reason() {
    let windowing = Windowing::fixed(ms(10))
        .trigger(Trigger::after_count(1), Accumulation::Discarding)
        .allowed_lateness(ms(5))
        .allow_data_loss();
    let events = [Event::Element(3), Event::Element(4), Event::Watermark(15), Event::Element(5)];
    let run = Run::new(&windowing, Listed).run(&events);
    let dropped: Vec<_> = run.outside.seen.dropped.iter().map(|d| (d.because, d.value)).collect();
    assert_eq!(dropped, [(DroppedBecause::Closed, 1), (DroppedBecause::Late, 3)]);
}

#[test]
fn a_result_that_cannot_be_made_of_nothing_is_passed_over() {
    let trigger = Trigger::after_watermark().early(Trigger::after_count(1)).late(Trigger::after_count(1));
    let windowing = Windowing::fixed(ms(10)).trigger(trigger, Accumulation::Discarding).allowed_lateness(ms(9));
    let events = [Event::Element(1), Event::Watermark(10), Event::Element(2)];
    let panes = |results: &[Pane]| results.iter().map(|pane| (pane.timing, pane.index)).collect::<Vec<_>>();

    let max = Run::new(&windowing, Combined(Max)).run(&events);
    let shown: Vec<_> = max.outside.seen.results.iter().map(|result| result.pane).collect();
    assert_eq!(panes(&shown), [(Timing::Early, 0), (Timing::Late, 1)]);

    let sum = Run::new(&windowing, Combined(Sum)).run(&events);
    let shown: Vec<_> = sum.outside.seen.results.iter().map(|result| result.pane).collect();
    assert_eq!(panes(&shown), [(Timing::Early, 0), (Timing::OnTime, 1), (Timing::Late, 2)]);
}

#[test]
fn windows_before_the_epoch_can_wait_for_ever() {
    let windowing = Windowing::fixed(ms(10)).accumulation(Accumulation::Discarding).allowed_lateness(Duration::MAX);
    let first = Timestamp::MIN.millis();
    let run = Run::new(&windowing, Listed).run(&[Event::Element(first), Event::Watermark(100), Event::Element(first)]);
    assert_eq!(run.outside.seen.dropped, []);
    assert_eq!(run.outside.seen.results.len(), 2);
}

#[test]
fn a_deadline_that_was_given_up_asks_nobody() {
    // The delay starts with the first element; the count ends its wait, so that the next part is at work.
    let first = Trigger::any((Trigger::after_count(2), Trigger::after_processing_time(ms(10))));
    let windowing = Windowing::fixed(ms(10))
        .trigger(Trigger::sequence((first, Trigger::Default)), Accumulation::Discarding)
        .allowed_lateness(ms(100))
        .on_time_behavior(OnTimeBehavior::FireAlways);
    let mut run = Run::new(&windowing, Listed);
    run.event(0, &Event::Element(3));
    run.event(1, &Event::Element(4));
    // Another window holds the output watermark, so that a pane would be on time.
    run.outside.holds.insert(Timestamp::from_millis(0), 1);
    run.event(0, &Event::Watermark(50));
    run.event(0, &Event::Clock(20));
    let timings: Vec<Timing> = run.outside.seen.results.iter().map(|result| result.pane.timing).collect();
    assert_eq!(timings, [Timing::Early]);
}

#[test]
fn each_deadline_that_the_clock_has_passed_asks_for_itself() {
    // The second deadline fires nothing, but it asks.
    let main = Trigger::sequence([
        Trigger::after_processing_time(ms(5)).into(),
        Trigger::AfterSynchronizedProcessingTime,
        Trigger::after_count(2),
    ]);
    let trigger = main.or_finally(Trigger::all((Trigger::after_processing_time(ms(8)), Trigger::never())));
    let windowing = Windowing::global().trigger(Trigger::repeatedly(trigger), Accumulation::Discarding);
    let results = |clock: &[u64]| {
        let mut run = Run::new(&windowing, Listed);
        run.event(0, &Event::Element(0));
        clock.iter().for_each(|by| run.event(0, &Event::Clock(*by)));
        run.event(1, &Event::Element(1));
        run.outside.seen.results.len()
    };
    assert_eq!((results(&[5, 3, 2]), results(&[10])), (1, 1));
}

#[test]
fn state_is_small() {
    assert!(size_of::<super::state::OpenWindow<u64>>() <= 88, "{}", size_of::<super::state::OpenWindow<u64>>());
    assert!(size_of::<KeyState<u64>>() <= 128, "{}", size_of::<KeyState<u64>>());
}

#[test]
fn state_survives_a_binary_format() {
    let mut run = Run::new(&Windowing::sessions(ms(10)), Combined(Max.or_none()));
    for time in [0, 5, 30] {
        run.element(time, 7);
    }
    let mut bytes = Vec::new();
    crate::coder::encode(&run.key, &mut bytes).unwrap();
    run.key = crate::coder::decode(&mut bytes.as_slice()).unwrap();
    assert_eq!(run.key.open_windows(), 2);
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(run.outside.seen.results.len(), 2);
}

/// The worked example of the literature: sessions of ten minutes, one key, in minutes.
#[test]
fn sessions_of_the_dataflow_model() {
    let windowing = Windowing::sessions(ms(10));
    let run = Run::new(&windowing, Listed).run(&[62, 68, 74, 101, 106].map(Event::Element));
    let sessions: Vec<_> = run.outside.seen.results.iter().map(|r| r.contents.clone()).collect();
    assert_eq!(sessions, [vec![0, 1, 2], vec![3, 4]]);
}
