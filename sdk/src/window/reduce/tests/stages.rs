//! Two groupings in a row: the second is made of results that the first takes back.

use super::retractions::standing;
use super::*;
use crate::combine::{CombineFn, Count, apply};

/// Counts per key, and what a combiner makes of all counts of a window.
struct Stages<C: CombineFn<u64>> {
    counts: Reducer<u64, Combined<Count>>,
    keys: BTreeMap<u8, KeyState<<Combined<Count> as Contents<u64>>::State>>,
    first: Step<u64, u64>,
    combined: Reducer<u64, Combined<C>>,
    all: KeyState<<Combined<C> as Contents<u64>>::State>,
    second: Step<u64, C::Out>,
    /// All that has gone from the first to the second.
    between: Vec<WindowResult<u64>>,
    strategy: WindowingStrategy,
    /// Decides in which order rows arrive.
    seed: u64,
}

/// The surroundings of a step.
struct Step<V, O> {
    now: Now,
    key: u8,
    timers: BTreeSet<(Wake, u8)>,
    holds: BTreeMap<Timestamp, i64>,
    seen: Recorded<V, O>,
}

impl<V, O> Step<V, O> {
    fn new() -> Self {
        Self { now: Now::START, key: 0, timers: BTreeSet::new(), holds: BTreeMap::new(), seen: Recorded::default() }
    }

    fn next_timer(&mut self) -> Option<Wake> {
        let Now { watermark, clock, .. } = self.now;
        let upto = |wake: &Wake| if wake.domain == TimeDomain::EventTime { watermark } else { clock };
        let due = *self.timers.iter().find(|(wake, _)| wake.at <= upto(wake))?;
        self.timers.remove(&due);
        self.key = due.1;
        Some(due.0)
    }

    fn move_output_watermark(&mut self) {
        let held = self.holds.keys().next().copied().unwrap_or(Timestamp::MAX);
        self.now.output_watermark = self.now.output_watermark.max(self.now.watermark.min(held));
    }
}

impl<V, O> Effects<V, O> for Step<V, O> {
    fn result(&mut self, result: WindowResult<O>) {
        self.seen.result(result);
    }

    fn dropped(&mut self, dropped: Dropped<V>) {
        self.seen.dropped(dropped);
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        for (at, by) in from.into_iter().map(|at| (at, -1)).chain(to.into_iter().map(|at| (at, 1))) {
            *self.holds.entry(at).or_default() += by;
        }
        self.holds.retain(|_, count| *count != 0);
    }

    fn wake(&mut self, wake: Wake) {
        self.timers.insert((wake, self.key));
    }
}

impl<C: CombineFn<u64>> Stages<C> {
    fn new(windowing: &Windowing, downstream: Accumulation, combiner: C, seed: u64) -> Self {
        let strategy = windowing.apply_to(&WindowingStrategy::default()).unwrap();
        let next = Windowing::unchanged().accumulation(downstream).apply_to(&strategy.after_grouping()).unwrap();
        next.check_grouping(true).unwrap();
        Self {
            counts: Reducer::new(&strategy, Combined(Count)),
            keys: BTreeMap::new(),
            first: Step::new(),
            combined: Reducer::new(&next, Combined(combiner)),
            all: KeyState::default(),
            second: Step::new(),
            between: Vec::new(),
            strategy,
            seed,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) as usize % n
    }

    fn event(&mut self, number: usize, event: &Event) {
        match event {
            Event::Element(time) => self.element(*time, (number % 3) as u8),
            Event::Watermark(to) => {
                self.first.now.watermark = self.first.now.watermark.max(Timestamp::from_millis(*to));
            }
            Event::Clock(by) => {
                self.first.now.clock = self.first.now.clock + ms(*by);
                self.second.now.clock = self.first.now.clock;
            }
        }
        self.settle();
    }

    fn element(&mut self, time: i64, key: u8) {
        let time = Timestamp::from_millis(time);
        let mut windows = WindowSet::new();
        self.strategy.window_fn().assign(time, &mut windows);
        self.first.key = key;
        let state = self.keys.entry(key).or_default();
        let now = self.first.now;
        self.counts.element(state, &now, time, &windows, 1, &mut self.first);
    }

    fn settle(&mut self) {
        while let Some(wake) = self.first.next_timer() {
            let state = self.keys.get_mut(&self.first.key).unwrap();
            let now = self.first.now;
            self.counts.on_timer(state, &now, wake, &mut self.first);
        }
        self.pass_on();
        self.first.move_output_watermark();
        self.second.now.watermark = self.first.now.output_watermark;
        while let Some(wake) = self.second.next_timer() {
            let now = self.second.now;
            self.combined.on_timer(&mut self.all, &now, wake, &mut self.second);
        }
        self.second.move_output_watermark();
    }

    /// Rows arrive in any order, as if they had come by several ways.
    fn pass_on(&mut self) {
        let mut rows = std::mem::take(&mut self.first.seen.results);
        self.between.extend_from_slice(&rows);
        while !rows.is_empty() {
            let row = rows.swap_remove(self.below(rows.len()));
            let arrival = Arrival { time: row.timestamp, windows: &[row.window], mark: row.pane.mark };
            let now = self.second.now;
            self.combined.arrival(&mut self.all, &now, arrival, row.contents, &mut self.second);
        }
    }

    fn run(mut self, events: &[Event]) -> Self {
        events.iter().enumerate().for_each(|(number, event)| self.event(number, event));
        self.event(0, &Event::Watermark(i64::MAX));
        assert!(self.all.is_empty() && self.second.holds.is_empty());
        assert!(self.keys.values().all(KeyState::is_empty) && self.first.holds.is_empty());
        assert!(self.second.seen.dropped.is_empty(), "what is shown in time is in time downstream");
        self
    }

    /// What the counts come to that stand in the end, in each window.
    fn expected(&self, combiner: &C) -> BTreeMap<Window, C::Out> {
        let mut counts: BTreeMap<Window, Vec<u64>> = BTreeMap::new();
        for result in standing(&self.between) {
            counts.entry(result.window).or_default().push(result.contents);
        }
        counts.into_iter().map(|(window, counts)| (window, apply(combiner, counts))).collect()
    }
}

/// The second grouping retracts: what stands in the end is what the counts come to that stand in the end.
fn retracting<C: CombineFn<u64, Out: PartialEq + std::fmt::Debug>>(
    windowing: &Windowing,
    combiner: C,
    events: &[Event],
    seed: u64,
) {
    let stages = Stages::new(windowing, Accumulation::Retracting, combiner.clone(), seed).run(events);
    let standing = standing(&stages.second.seen.results);
    let windows: BTreeMap<Window, C::Out> = standing.iter().map(|r| (r.window, r.contents.clone())).collect();
    assert_eq!(windows.len(), standing.len(), "a window has one result");
    assert_eq!(windows, stages.expected(&combiner));
}

/// The second grouping accumulates: the last result of a window counts. It shows nothing for one from which everything
/// has been taken back.
fn accumulating<C: CombineFn<u64, Out: PartialEq + std::fmt::Debug>>(
    windowing: &Windowing,
    combiner: C,
    events: &[Event],
    seed: u64,
) {
    let stages = Stages::new(windowing, Accumulation::Accumulating, combiner.clone(), seed).run(events);
    let results = &stages.second.seen.results;
    assert!(results.iter().all(|result| !result.pane.is_retraction()));
    let mut last: BTreeMap<Window, C::Out> = results.iter().map(|r| (r.window, r.contents.clone())).collect();
    let expected = stages.expected(&combiner);
    last.retain(|window, contents| expected.contains_key(window) || *contents != combiner.extract(combiner.create()));
    assert_eq!(last, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn combiners_that_subtract_are_right_in_the_end(windowing in any_windowing(Accumulation::Retracting), events in any_events(), seed: u64) {
        retracting(&windowing, (Sum, Count), &events, seed);
        accumulating(&windowing, (Sum, Count), &events, seed);
    }

    #[test]
    fn combiners_that_keep_values_are_right_in_the_end(windowing in any_windowing(Accumulation::Retracting), events in any_events(), seed: u64) {
        retracting(&windowing, (Max, Sum), &events, seed);
        accumulating(&windowing, (Max.or(0), Sum), &events, seed);
    }
}
