//! Sessions: what merging does, beyond what the cases show.

use super::*;
use crate::window::{Merge, Sessions, WindowFn};

fn sessions(trigger: impl Into<Trigger>) -> Windowing {
    Windowing::sessions(ms(10)).trigger(trigger, Accumulation::Accumulating).allowed_lateness(ms(100))
}

fn shown<C: Contents<usize>>(run: &Run<C>) -> Vec<(i64, i64, Timing, u32)> {
    let results = run.outside.seen.results.iter();
    results.map(|r| (r.window.start.millis(), r.window.end.millis(), r.pane.timing, r.pane.index)).collect()
}

#[test]
fn counts_add_up() {
    let run = Run::new(&sessions(Trigger::repeatedly(Trigger::after_count(4))), Listed);
    let events = [0, 1, 18, 9].map(Event::Element);
    let run = events.iter().fold(run, |mut run, event| {
        run.event(0, event);
        run
    });
    assert_eq!(shown(&run), [(0, 28, Timing::Early, 0)]);
}

#[test]
fn the_earliest_deadline_counts() {
    let trigger = Trigger::repeatedly(Trigger::after_processing_time(ms(10)));
    let mut run = Run::new(&sessions(trigger), Listed);
    for event in [Event::Element(0), Event::Clock(6), Event::Element(18), Event::Element(9), Event::Clock(4)] {
        run.event(0, &event);
    }
    assert_eq!(shown(&run), [(0, 28, Timing::Early, 0)]);
}

#[test]
fn a_deadline_asks_once_whatever_windows_have_waited_for_it() {
    // The late part waits until 10, too, anew in each of the windows that become one.
    let early = Trigger::sequence([
        Trigger::after_processing_time(ms(20)).into(),
        Trigger::AfterSynchronizedProcessingTime,
        Trigger::after_count(3),
    ]);
    let trigger = Trigger::after_watermark().early(early).late(Trigger::after_processing_time(ms(10)));
    let mut run = Run::new(&sessions(trigger), Listed);
    for event in [Event::Element(7), Event::Element(1), Event::Clock(20), Event::Element(0)] {
        run.event(0, &event);
    }
    let firings = shown(&run);
    assert_eq!(firings, [(1, 17, Timing::Early, 0), (0, 17, Timing::Early, 0)]);
}

#[test]
fn a_session_whose_end_moves_out_is_early_again() {
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(1));
    let mut run = Run::new(&sessions(trigger), Listed);
    let events = [Event::Element(0), Event::Watermark(15), Event::Element(8), Event::Element(9), Event::Watermark(20)];
    for event in &events {
        run.event(0, event);
    }
    let expected = [(0, 10, Timing::OnTime, 0), (0, 19, Timing::Early, 0), (0, 19, Timing::OnTime, 1)];
    assert_eq!(shown(&run), expected);
}

#[test]
fn a_late_bridge_between_two_on_time_sessions_is_late() {
    let trigger = Trigger::after_watermark().late(Trigger::after_count(2));
    let mut run = Run::new(&sessions(trigger), Listed);
    let events = [0, 15, 8].map(Event::Element);
    run.event(0, &events[0]);
    run.event(0, &events[1]);
    run.event(0, &Event::Watermark(50));
    run.event(0, &events[2]);
    assert_eq!(run.outside.seen.results.len(), 2, "the late side waits for two elements");
    run.event(0, &events[2]);
    assert_eq!(shown(&run)[2], (0, 25, Timing::Late, 0));
}

#[test]
fn a_closed_session_that_others_become_is_open() {
    let windowing = Windowing::sessions(ms(10))
        .trigger(Trigger::after_count(2), Accumulation::Discarding)
        .allowed_lateness(ms(100))
        .allow_data_loss();
    let run = Run::new(&windowing, Listed).run(&[0, 5, 0, 5].map(Event::Element));
    assert_eq!(shown(&run), [(0, 15, Timing::Early, 0), (0, 15, Timing::Early, 0)]);
    assert_eq!(run.outside.seen.dropped, []);
}

#[test]
fn holds_of_merged_sessions() {
    let hold = |combiner| {
        let windowing = Windowing::sessions(ms(10)).timestamp_combiner(combiner);
        let mut run = Run::new(&windowing, Listed);
        for time in [0, 15, 8] {
            run.element(time, 0);
        }
        let holds: Vec<i64> = run.outside.holds.keys().map(|at| at.millis()).collect();
        holds
    };
    assert_eq!(hold(TimestampCombiner::Earliest), [0]);
    assert_eq!(hold(TimestampCombiner::Latest), [15]);
    assert_eq!(hold(TimestampCombiner::EndOfWindow), [24]);
}

#[test]
fn a_session_that_grows_asks_for_few_timers() {
    let mut run = Run::new(&sessions(Trigger::default()), Combined(Sum));
    let mut most = 0;
    for time in 0..1000 {
        run.element(time, 1);
        run.event(0, &Event::Watermark(time - 5));
        most = most.max(run.outside.timers.len());
    }
    assert_eq!(most, 1);
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(shown(&run).last().unwrap(), &(0, 1009, Timing::OnTime, 0));
}

/// Sessions that nobody knows to be such.
#[derive(Debug)]
struct Unknown(Sessions);

impl WindowFn for Unknown {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        self.0.assign(time, windows);
    }

    fn merges(&self) -> bool {
        true
    }
}

/// Merges what begins in the same hundred, to all of that.
#[derive(Debug)]
struct Hundreds;

impl WindowFn for Hundreds {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(Window { start: time, end: time + ms(1) });
    }

    fn merges(&self) -> bool {
        true
    }

    fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        let hundred = |window: &Window| window.start.millis().div_euclid(100) * 100;
        let merge = |from: &[Window]| {
            let start = Timestamp::from_millis(hundred(&from[0]));
            Merge { from: from.to_vec(), to: Window { start, end: start + ms(100) } }
        };
        windows.chunk_by(|a, b| hundred(a) == hundred(b)).filter(|from| from.len() > 1).map(merge).collect()
    }
}

#[test]
fn a_custom_rule_decides_what_becomes_one() {
    let run = Run::new(&Windowing::custom(Hundreds), Listed).run(&[5, 105, 199, 150].map(Event::Element));
    let windows: Vec<_> =
        run.outside.seen.results.iter().map(|r| (r.window.start.millis(), r.contents.len())).collect();
    assert_eq!(windows, [(5, 1), (100, 3)]);
    assert!(run.key.is_empty());
}

proptest! {
    #[test]
    fn a_custom_function_can_do_what_sessions_do(trigger in any_trigger(), gap in 1..60u64, events in any_events()) {
        let custom = Windowing::custom(Unknown(Sessions::new(ms(gap))));
        let finish = |windowing: Windowing| {
            let windowing = windowing.trigger(trigger.clone(), Accumulation::Discarding).allowed_lateness(ms(20));
            let mut results = Run::new(&windowing, Listed).run(&events).outside.seen.results;
            for result in &mut results {
                result.contents.sort_unstable();
            }
            results.sort_by_key(|result| result.window);
            results
        };
        prop_assert_eq!(finish(custom), finish(Windowing::sessions(ms(gap))));
    }
}
