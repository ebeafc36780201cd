//! Any script and any windows: elements see what a plain program says that they see.

use crate::script::Step::{Main, MainWatermark, Side, SideWatermark};
use crate::script::{Step, at, ms, play};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A window without its end.
type Start = i64;

#[derive(Clone, Copy, Debug)]
enum Windows {
    Global,
    Fixed(i64),
    /// Size and period.
    Sliding(i64, i64),
}

impl Windows {
    fn windowing(self) -> Windowing {
        match self {
            Self::Global => Windowing::global(),
            Self::Fixed(size) => Windowing::fixed(ms(size as u64)),
            Self::Sliding(size, period) => Windowing::sliding(ms(size as u64), ms(period as u64)),
        }
    }

    /// Where the windows of an instant start, in order.
    fn of(self, time: i64) -> Vec<Start> {
        let (size, period) = match self {
            Self::Global => return vec![i64::MIN],
            Self::Fixed(size) => (size, size),
            Self::Sliding(size, period) => (size, period),
        };
        let last = time - time.rem_euclid(period);
        let starts = (0..).map(|n| last - n * period).take_while(|start| start + size > time);
        let mut starts: Vec<_> = starts.collect();
        starts.reverse();
        starts
    }

    /// The last instant of a window.
    fn last(self, start: Start) -> i64 {
        match self {
            Self::Global => i64::MAX - 1,
            Self::Fixed(size) | Self::Sliding(size, _) => start + size - 1,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Shows {
    /// When the watermark passes its end, and with each late element.
    AtTheEnd,
    /// With each element.
    Always,
}

#[derive(Clone, Debug)]
struct Rules {
    main: Windows,
    main_lateness: i64,
    side: Windows,
    side_lateness: i64,
    shows: Shows,
    accumulates: bool,
}

impl Rules {
    fn main(&self) -> Windowing {
        let windowing = self.main.windowing().accumulation(Accumulation::Discarding);
        windowing.allowed_lateness(ms(self.main_lateness as u64))
    }

    fn side(&self) -> Windowing {
        let accumulation = if self.accumulates { Accumulation::Accumulating } else { Accumulation::Discarding };
        let windowing = self.side.windowing().allowed_lateness(ms(self.side_lateness as u64));
        match self.shows {
            Shows::AtTheEnd => windowing.accumulation(accumulation),
            Shows::Always => windowing.trigger(Trigger::repeatedly(Trigger::after_count(1)), accumulation),
        }
    }
}

/// What elements see: their number, the start of their window, and what is in the side input, in order.
type Seen = Vec<(u64, Start, Vec<u64>)>;

/// A slow, obvious machine.
struct Model<'a> {
    rules: &'a Rules,
    main_watermark: i64,
    side_watermark: i64,
    /// The elements of windows, and what they show.
    elements: BTreeMap<Start, Vec<u64>>,
    shown: BTreeMap<Start, Vec<u64>>,
    waiting: Vec<(u64, Start)>,
    seen: Seen,
}

impl<'a> Model<'a> {
    fn run(rules: &'a Rules, steps: &[Step]) -> Seen {
        let (main_watermark, side_watermark) = (i64::MIN, i64::MIN);
        let (elements, shown) = (BTreeMap::new(), BTreeMap::new());
        let mut model = Self { rules, main_watermark, side_watermark, elements, shown, waiting: vec![], seen: vec![] };
        for step in steps.iter().chain(&[SideWatermark(i64::MAX)]) {
            model.step(*step);
            model.go_on();
        }
        model.seen.sort_unstable();
        model.seen
    }

    fn step(&mut self, step: Step) {
        match step {
            Main(time, n) => {
                let windows = self.rules.main.of(time).into_iter().filter(|start| !self.is_forgotten(*start));
                let windows: Vec<_> = windows.map(|start| (n, start)).collect();
                self.waiting.extend(windows);
            }
            Side(time, n) => self.rules.side.of(time).into_iter().for_each(|start| self.add(start, n)),
            MainWatermark(time) => self.main_watermark = time,
            SideWatermark(time) => self.advance_side(time),
            Step::Clock(_) => {}
        }
    }

    fn is_forgotten(&self, start: Start) -> bool {
        let expiry = self.rules.main.last(start).saturating_add(self.rules.main_lateness);
        !matches!(self.rules.side, Windows::Global) && self.main_watermark > expiry
    }

    fn add(&mut self, start: Start, n: u64) {
        let last = self.rules.side.last(start);
        if self.side_watermark > last.saturating_add(self.rules.side_lateness) {
            return;
        }
        self.elements.entry(start).or_default().push(n);
        if matches!(self.rules.shows, Shows::Always) || self.side_watermark > last {
            self.show(start);
        }
    }

    fn show(&mut self, start: Start) {
        let elements = self.elements.entry(start).or_default();
        self.shown.insert(start, elements.clone());
        if !self.rules.accumulates {
            elements.clear();
        }
    }

    fn advance_side(&mut self, time: i64) {
        let passed = |start: &Start| {
            let last = self.rules.side.last(*start);
            self.side_watermark <= last && time > last
        };
        let passed: Vec<Start> = self.elements.keys().copied().filter(passed).collect();
        self.side_watermark = time;
        if matches!(self.rules.shows, Shows::AtTheEnd) {
            passed.into_iter().for_each(|start| self.show(start));
        }
    }

    /// Elements go on whose window has something to see, or will have nothing.
    fn go_on(&mut self) {
        for (n, main) in std::mem::take(&mut self.waiting) {
            let side = self.rules.side.of(self.rules.main.last(main))[0];
            match self.shown.get(&side) {
                Some(shown) => self.seen.push((n, main, shown.clone())),
                None if self.side_watermark > self.rules.side.last(side) => self.seen.push((n, main, vec![])),
                None => self.waiting.push((n, main)),
            }
        }
    }
}

fn check(rules: &Rules, steps: &[Step], p: &TestPipeline) -> Result<(), String> {
    let (main, side) = play(p, steps);
    let side = side.window(rules.side()).as_list();
    let seen = main.window(rules.main()).with_side(side).map(|n, list| {
        let mut list = list.clone();
        list.sort_unstable();
        (n, list)
    });
    let is_global = matches!(rules.main, Windows::Global);
    let seen = seen.reify_windows().map(move |seen| {
        let start = if is_global { i64::MIN } else { seen.window.start.millis() };
        (seen.value.0, start, seen.value.1)
    });
    assert_that(&seen).contains_in_any_order(Model::run(rules, steps));
    p.try_run().map(|_| ()).map_err(|error| error.to_string())
}

fn any_windows() -> impl Strategy<Value = Windows> {
    let fixed = prop_oneof![Just(10), Just(7), Just(25)].prop_map(Windows::Fixed);
    let sliding = prop_oneof![Just((20, 10)), Just((10, 3))].prop_map(|(size, period)| Windows::Sliding(size, period));
    prop_oneof![1 => Just(Windows::Global), 3 => fixed, 2 => sliding]
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let lateness = || prop_oneof![Just(0i64), Just(5), Just(40)];
    let shows = prop_oneof![Just(Shows::AtTheEnd), Just(Shows::Always)];
    let all = (any_windows(), lateness(), any_windows(), lateness(), shows, any::<bool>());
    all.prop_map(|(main, main_lateness, side, side_lateness, shows, accumulates)| {
        // An element of all time cannot say which window it would read.
        let side = if matches!(main, Windows::Global) { Windows::Global } else { side };
        let shows = if matches!(side, Windows::Global) { Shows::Always } else { shows };
        Rules { main, main_lateness, side, side_lateness, shows, accumulates }
    })
}

/// Steps whose watermarks move forward.
fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..10, -10i64..60, 1i64..25);
    prop::collection::vec(step, 1..30).prop_map(|steps| {
        let (mut main, mut side) = (-10, -10);
        let numbered = steps.into_iter().zip(0..);
        let step = |((kind, time, by), n): ((u8, i64, i64), u64)| match kind {
            0..4 => Main(time, n),
            4..7 => Side(time, n),
            7 | 8 => {
                side += by;
                SideWatermark(side)
            }
            _ => {
                main += by;
                MainWatermark(main)
            }
        };
        numbered.map(step).collect()
    })
}

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn elements_see_what_the_model_says(
        rules in any_rules(),
        steps in any_steps(),
        workers in prop_oneof![Just(1usize), Just(2), Just(4)],
        batch_size in 1usize..5,
        seed in any::<u64>(),
    ) {
        let on_threads = TestPipeline::new().with_parallelism(workers).with_batch_size(batch_size);
        prop_assert_eq!(check(&rules, &steps, &on_threads), Ok(()));
        let in_turns = TestPipeline::new().with_parallelism(workers).with_seed(seed);
        prop_assert_eq!(check(&rules, &steps, &in_turns), Ok(()));
    }

    /// What is complete at some time is read when it is.
    #[test]
    fn of_a_bounded_side_input_all_is_seen(
        rules in any_rules(),
        main in prop::collection::vec(-10i64..60, 0..40),
        side in prop::collection::vec(-10i64..60, 0..40),
        workers in 1usize..4,
        batch_size in 1usize..5,
    ) {
        let rules = Rules { accumulates: true, ..rules };
        let p = TestPipeline::new().with_parallelism(workers).with_batch_size(batch_size);
        let timed = |times: &[i64]| p.create(times.to_vec()).reshuffle().with_timestamps(|time| at(*time));
        let (mains, sides) = (timed(&main).window(rules.main()), timed(&side).window(rules.side()));
        let seen = mains.with_side(sides.as_list()).map(|time, list| {
            let mut list = list.clone();
            list.sort_unstable();
            (time, list)
        });
        let windows_of = |times: &[i64], windows: Windows| -> Vec<(i64, Start)> {
            times.iter().flat_map(|time| windows.of(*time).into_iter().map(|start| (*time, start))).collect()
        };
        let sides = windows_of(&side, rules.side);
        let expected = windows_of(&main, rules.main).into_iter().map(|(time, start)| {
            let read = rules.side.of(rules.main.last(start))[0];
            let mut list: Vec<i64> = sides.iter().filter(|(_, start)| *start == read).map(|(time, _)| *time).collect();
            list.sort_unstable();
            (time, list)
        });
        let expected: Vec<_> = expected.collect();
        // An element that sees the same in all of its windows goes on as one: only here it is seen in each.
        assert_that(&seen.reify_windows().map(|seen| seen.value)).contains_in_any_order(expected);
        p.run();
    }
}
