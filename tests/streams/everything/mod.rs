//! Sessions, late data, timers and side inputs in one pipeline: in whatever order its parts run, each session ends with
//! what a plain program says.

mod model;
mod script;

use beamline::combine::Sum;
use beamline::prelude::*;
use beamline::state::{EventTimer, StateCx, StatefulDoFn, ValueState};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::ClosingBehavior;
use model::{Model, Session};
use script::{Step, script};
use std::time::Duration;

/// All times are in milliseconds.
const RATE_WINDOW: i64 = 20;
const GAP: i64 = 10;
const LATENESS: i64 = 30;
/// A user who does nothing for so long gets a bonus.
const PAUSE: i64 = 15;
const BONUS: u64 = 1000;

const fn ms(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[derive(StateSpec)]
struct Activity {
    clicks: ValueState<u64>,
    pause: EventTimer,
}

/// Adds to each click how many there were before since the last pause, and makes a bonus of that in the end of them.
#[derive(Clone)]
struct Reward;

impl StatefulDoFn<u8, u64> for Reward {
    type State = Activity;
    type Out = (u8, u64);

    fn process(
        &mut self,
        user: &u8,
        amount: u64,
        activity: &mut Activity,
        cx: &mut StateCx<'_, (u8, u64)>,
    ) -> Result<(), BoxError> {
        let clicks = activity.clicks.get_or_insert_with(|| 0);
        cx.emit((*user, amount + *clicks));
        *clicks += 1;
        activity.pause.set(cx.timestamp() + ms(PAUSE), cx);
        Ok(())
    }

    fn on_timer(
        &mut self,
        user: &u8,
        timer: ActivityTimer,
        activity: &mut Activity,
        cx: &mut StateCx<'_, (u8, u64)>,
    ) -> Result<(), BoxError> {
        match timer {
            ActivityTimer::Pause => cx.emit((*user, BONUS + activity.clicks.take().unwrap_or(0))),
        }
        Ok(())
    }
}

/// The two streams, of which only one does something at a time.
fn play(p: &Pipeline, steps: &[Step]) -> (PCollection<(u8, u64)>, PCollection<u64>) {
    let (mut clicks, mut rates) = (TestStream::new(), TestStream::new());
    for step in steps {
        (clicks, rates) = match step {
            Step::Clicks(all) => {
                let all = all.iter().map(|click| (at(click.time), (click.user, click.amount)));
                (clicks.elements(all), rates.elements([]))
            }
            Step::Rate(time, rate) => (clicks.elements([]), rates.element(at(*time), *rate)),
            Step::ClicksWatermark(time) => (clicks.advance_watermark_to(at(*time)), rates.elements([])),
            Step::RatesWatermark(time) => (clicks.elements([]), rates.advance_watermark_to(at(*time))),
        };
    }
    (p.apply(clicks), p.apply(rates))
}

/// The last pane of each session.
fn sessions(clicks: &PCollection<(u8, u64)>, rates: &PCollection<u64>) -> PCollection<Session> {
    let latest = Trigger::repeatedly(Trigger::after_count(1));
    let rates = rates
        .window(Windowing::fixed(ms(RATE_WINDOW)).allowed_lateness(ms(0)).trigger(latest, Accumulation::Discarding));
    let rewarded = clicks.par_do_stateful(Reward).named("Reward");
    let in_rates =
        Windowing::fixed(ms(RATE_WINDOW)).allowed_lateness(ms(LATENESS)).accumulation(Accumulation::Discarding);
    let worth = rewarded.window(in_rates).with_side(rates.as_singleton_or(1));
    let worth = worth.map(|(user, amount), rate| (user, amount * rate));
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(1));
    let in_sessions = Windowing::sessions(ms(GAP))
        .allowed_lateness(ms(LATENESS))
        .trigger(trigger, Accumulation::Accumulating)
        .closing_behavior(ClosingBehavior::FireAlways);
    let sums = worth.window(in_sessions).combine_per_key(Sum).reify_windows();
    sums.filter(|sum| sum.pane.last).map(|sum| {
        let (user, total) = sum.value;
        Session { user, start: sum.window.start.millis(), end: sum.window.end.millis(), total }
    })
}

#[test]
fn each_session_ends_as_the_model_says() {
    for_each_seed(1000, |seed| {
        let steps = script(seed);
        let expected = Model::run(&steps);
        let p = TestPipeline::new().with_parallelism(1 + (seed % 4) as usize).with_seed(seed);
        let (clicks, rates) = play(&p, &steps);
        assert_that(&sessions(&clicks, &rates)).contains_in_any_order(expected.sessions);
        assert_eq!(p.run().metrics.counter("dropped_late"), expected.dropped, "dropped of {steps:?}");
    });
}

#[test]
fn threads_make_no_difference() {
    for seed in 0..30 {
        let steps = script(seed);
        let p = TestPipeline::new().with_parallelism(1 + (seed % 4) as usize).with_batch_size(1 + (seed % 3) as usize);
        let (clicks, rates) = play(&p, &steps);
        assert_that(&sessions(&clicks, &rates)).contains_in_any_order(Model::run(&steps).sessions);
        p.run();
    }
}

/// What the scripts are worth: all that is to be tested happens in them.
#[test]
fn scripts_have_all_of_it() {
    let all: Vec<_> = (0..100).map(|seed| Model::run(&script(seed))).collect();
    let count = |what: fn(&model::Outcome) -> u64| all.iter().map(what).sum::<u64>();
    assert!(count(|outcome| outcome.sessions.len() as u64) > 500);
    assert!(count(|outcome| outcome.dropped) > 100);
    assert!(count(|outcome| outcome.late) > 100, "late elements that a session has taken");
    assert!(count(|outcome| outcome.merged) > 100, "sessions that became one");
    assert!(count(|outcome| outcome.waited) > 100, "elements that had to wait");
    assert!(count(|outcome| outcome.bonuses) > 300);
}
