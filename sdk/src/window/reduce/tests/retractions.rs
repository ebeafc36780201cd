//! Results that are taken back: those that a grouping makes, and those that it is made of.

use super::*;
use crate::combine::{Count, ToList};
use crate::window::{Merge, WindowFn};

/// A result in short: whether it is taken back, its window and its contents.
fn shown<C: Contents<usize>>(run: &Run<C>) -> Vec<(char, i64, i64, C::Out)>
where
    C::Out: Clone,
{
    let sign = |pane: Pane| if pane.is_retraction() { '-' } else { '+' };
    let results = run.outside.seen.results.iter();
    results.map(|r| (sign(r.pane), r.window.start.millis(), r.window.end.millis(), r.contents.clone())).collect()
}

/// Carries out events without ending the input.
fn events<C: Contents<usize>>(mut run: Run<C>, events: &[Event]) -> Run<C> {
    events.iter().enumerate().for_each(|(number, event)| run.event(number, event));
    run
}

/// What the elements of a window add up to: the panes 5, 8, 3 and 15, 19, 23 and 9, 13, 10 of the literature (Beam
/// programming guide, *Setting a window's accumulation mode*).
#[test]
fn three_panes_of_three() {
    let panes = |accumulation| {
        let windowing = Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(3)), accumulation);
        let mut run = Run::new(&windowing, Listed);
        [5, 8, 3, 15, 19, 23, 9, 13, 10].into_iter().for_each(|value| run.element(0, value));
        let results = run.outside.seen.results.into_iter();
        results.map(|r| (r.pane.is_retraction(), r.contents)).collect::<Vec<_>>()
    };
    let (first, second, third) = (vec![5, 8, 3], vec![15, 19, 23], vec![9, 13, 10]);
    let two = [first.clone(), second.clone()].concat();
    let all = [two.clone(), third.clone()].concat();
    let shown = |panes: &[&Vec<usize>]| panes.iter().map(|pane| (false, (*pane).clone())).collect::<Vec<_>>();
    assert_eq!(panes(Accumulation::Discarding), shown(&[&first, &second, &third]));
    assert_eq!(panes(Accumulation::Accumulating), shown(&[&first, &two, &all]));
    let expected = [(false, &first), (true, &first), (false, &two), (true, &two), (false, &all)];
    assert_eq!(panes(Accumulation::Retracting), expected.map(|(back, pane)| (back, pane.clone())));
}

#[test]
fn a_retraction_has_the_timestamp_and_the_pane_of_what_it_takes_back() {
    let windowing = Windowing::fixed(ms(100))
        .trigger(Trigger::after_watermark().early(Trigger::after_count(1)), Accumulation::Retracting)
        .allowed_lateness(Duration::ZERO)
        .timestamp_combiner(TimestampCombiner::Earliest);
    let run = Run::new(&windowing, Combined(Count)).run(&[7, 20, 10].map(Event::Element));
    let results = &run.outside.seen.results;
    assert_eq!(results.len(), 7, "three early, one on time, and three taken back");
    for pair in results[1..].chunks(2) {
        let old = results.iter().find(|r| r.pane == pair[0].pane.marked(Mark::None)).unwrap();
        assert_eq!((old.timestamp, old.contents), (pair[0].timestamp, pair[0].contents));
        assert_eq!((pair[0].pane.is_retraction(), pair[1].pane.is_retraction()), (true, false));
        assert_eq!(pair[0].pane.index + 1, pair[1].pane.index);
    }
    let times: Vec<_> = results.iter().map(|r| r.timestamp.millis()).collect();
    assert_eq!(times, [7, 7, 20, 20, 10, 10, 99]);
}

fn late_sessions() -> Windowing {
    let trigger = Trigger::after_watermark().late(Trigger::after_count(1));
    Windowing::sessions(ms(10)).trigger(trigger, Accumulation::Retracting).allowed_lateness(ms(100))
}

#[test]
fn a_session_takes_back_what_those_have_shown_that_have_become_it() {
    let events = [Event::Element(0), Event::Element(15), Event::Watermark(50), Event::Element(8)];
    let run = Run::new(&late_sessions(), Listed).run(&events);
    let expected = [
        ('+', 0, 10, vec![0]),
        ('+', 15, 25, vec![1]),
        ('-', 0, 10, vec![0]),
        ('-', 15, 25, vec![1]),
        ('+', 0, 25, vec![0, 1, 3]),
    ];
    assert_eq!(shown(&run), expected);
}

#[test]
fn a_session_waits_with_taking_back_until_it_has_something_to_show() {
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(2));
    let windowing = late_sessions().trigger(trigger, Accumulation::Retracting);
    let merge = [Event::Element(0), Event::Watermark(12), Event::Element(8)];
    let run = events(Run::new(&windowing, Listed), &merge);
    assert_eq!(shown(&run), [('+', 0, 10, vec![0])], "readers keep the old result meanwhile");
    let run = events(run, &[Event::Watermark(18)]);
    assert_eq!(shown(&run)[1..], [('-', 0, 10, vec![0]), ('+', 0, 18, vec![0, 2])]);
}

/// Downstream, the window of the old result may end before that of the new one.
#[test]
fn a_session_takes_back_while_it_is_not_too_late_for_that() {
    let windowing = late_sessions().trigger(Trigger::repeatedly(Trigger::after_count(2)), Accumulation::Retracting);
    let mut run = events(Run::new(&windowing, Listed), &[0, 1, 9].map(Event::Element));
    run.event(0, &Event::Watermark(110));
    assert_eq!(shown(&run), [('+', 0, 11, vec![0, 1])]);
    run.outside.timers.clear();
    run.reducer.announce(&run.key, &run.now, &mut run.outside);
    run.event(0, &Event::Watermark(111));
    assert_eq!(shown(&run)[1..], [('-', 0, 11, vec![0, 1])]);
    run.event(0, &Event::Watermark(119));
    assert_eq!(shown(&run)[2..], [('+', 0, 19, vec![0, 1, 2])]);
}

#[test]
fn a_window_that_closes_takes_nothing_back_any_more() {
    let windowing = Windowing::fixed(ms(10))
        .trigger(Trigger::sequence([Trigger::after_count(1), Trigger::after_count(1)]), Accumulation::Retracting)
        .allowed_lateness(ms(5))
        .allow_data_loss();
    let run = events(Run::new(&windowing, Listed), &[1, 2, 3].map(Event::Element));
    assert_eq!(shown(&run), [('+', 0, 10, vec![0]), ('-', 0, 10, vec![0]), ('+', 0, 10, vec![0, 1])]);
    assert_eq!(run.outside.seen.dropped.len(), 1);
    assert!(events(run, &[Event::Watermark(15)]).key.is_empty());
}

/// A window of all time that takes values back, and shows what there is with every change.
fn revised<C: Contents<usize>>(trigger: Trigger, accumulation: Accumulation, contents: C) -> Run<C> {
    let windowing = Windowing::global().trigger(trigger, accumulation).allow_data_loss();
    let strategy = windowing.apply_to(&WindowingStrategy::default()).unwrap();
    Run::with_strategy(WindowingStrategy { may_retract: true, ..strategy }, contents)
}

fn each() -> Trigger {
    Trigger::repeatedly(Trigger::after_count(1))
}

/// Results in short: whether they are taken back, and contents.
fn contents<C: Contents<usize>>(run: &Run<C>) -> Vec<(char, C::Out)>
where
    C::Out: Clone,
{
    shown(run).into_iter().map(|(sign, _, _, contents)| (sign, contents)).collect()
}

#[test]
fn a_value_that_replaces_another_makes_one_result() {
    let mut run = revised(each(), Accumulation::Retracting, Combined(Sum));
    run.element(0, 5);
    run.marked(Mark::Retracts, 0, 5);
    run.element(0, 7);
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run), [('+', 5), ('-', 5), ('+', 7)]);
}

#[test]
fn a_value_that_is_taken_back_without_another_makes_a_result_too() {
    let mut run = revised(each(), Accumulation::Retracting, Combined(Max));
    [5, 9].into_iter().for_each(|value| run.element(0, value));
    run.marked(Mark::Retracts, 0, 9);
    let wake = Wake::on_clock(Window::GLOBAL, run.now.clock);
    assert!(run.outside.timers.contains(&wake), "a timer that is due at once");
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run), [('+', 5), ('-', 5), ('+', 9), ('-', 9), ('+', 5)]);
}

#[test]
fn a_window_without_values_is_as_if_it_had_never_had_any() {
    let mut run = revised(each(), Accumulation::Retracting, Listed);
    run.element(0, 5);
    run.marked(Mark::Retracts, 0, 5);
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run), [('+', vec![5]), ('-', vec![5])]);
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(run.outside.seen.results.len(), 2, "not even when it ends");
    assert!(run.key.is_empty());
}

#[test]
fn a_window_that_replaces_its_results_shows_that_there_is_nothing() {
    let changes = |run: &mut Run<Combined<Count>>| {
        run.element(0, 5);
        run.marked(Mark::Retracts, 0, 5);
        run.event(0, &Event::Clock(0));
    };
    let mut run = revised(each(), Accumulation::Accumulating, Combined(Count));
    changes(&mut run);
    assert_eq!(contents(&run), [('+', 1), ('+', 0)]);

    let mut run = revised(Trigger::default(), Accumulation::Accumulating, Combined(Count));
    changes(&mut run);
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(contents(&run), [], "unless it has shown nothing");
}

#[test]
fn a_trigger_counts_what_is_not_replaced() {
    let mut run = revised(Trigger::repeatedly(Trigger::after_count(3)), Accumulation::Retracting, Combined(Sum));
    [1, 2, 3].into_iter().for_each(|value| run.element(0, value));
    for old in [1, 2] {
        run.marked(Mark::Retracts, 0, old);
        run.element(0, 10);
    }
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run), [('+', 6)], "two have come");
    run.marked(Mark::Retracts, 0, 3);
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run)[1..], [('-', 6), ('+', 20)]);
}

#[test]
fn a_value_may_be_taken_back_before_it_comes() {
    let mut run = revised(Trigger::never(), Accumulation::Retracting, Combined((Sum, ToList)));
    run.marked(Mark::Retracts, 0, 5);
    [2, 5].into_iter().for_each(|value| run.element(0, value));
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(contents(&run), [('+', (2, vec![2]))]);
    assert!(run.outside.seen.dropped.is_empty());
}

#[test]
fn a_value_that_never_came_is_told() {
    for closes in [false, true] {
        let trigger = if closes { Trigger::after_count(1) } else { Trigger::default() };
        let mut run = revised(trigger, Accumulation::Retracting, Listed);
        run.marked(Mark::Retracts, 0, 5);
        run.element(0, 1);
        run.event(0, &Event::Watermark(i64::MAX));
        let dropped: Vec<_> = run.outside.seen.dropped.iter().map(|d| (d.because, d.value)).collect();
        assert_eq!(dropped, [(DroppedBecause::Unmatched, 5)]);
        assert_eq!(contents(&run), [('+', vec![1])]);
        assert!(run.key.is_empty() && run.outside.holds.is_empty());
    }
}

#[test]
fn what_waits_for_its_replacement_is_announced() {
    let mut run = revised(each(), Accumulation::Retracting, Listed);
    run.element(0, 5);
    run.marked(Mark::Retracts, 0, 5);
    let mut bytes = Vec::new();
    crate::coder::encode(&run.key, &mut bytes).unwrap();
    run.key = crate::coder::decode(&mut bytes.as_slice()).unwrap();
    run.outside.timers.clear();
    run.reducer.announce(&run.key, &run.now, &mut run.outside);
    run.event(0, &Event::Clock(0));
    assert_eq!(contents(&run), [('+', vec![5]), ('-', vec![5])]);
}

#[test]
#[should_panic(expected = "whose windowing strategy excludes that")]
fn a_retraction_that_cannot_be_is_refused() {
    Run::new(&Windowing::global(), Listed).marked(Mark::Retracts, 0, 5);
}

#[test]
fn a_punctuation_fires() {
    let trigger = Trigger::repeatedly(Trigger::after_punctuation());
    let mut run = Run::new(&Windowing::global().trigger(trigger, Accumulation::Discarding), Listed);
    [(1, Mark::None), (2, Mark::Punctuates), (3, Mark::None)]
        .into_iter()
        .for_each(|(value, mark)| run.marked(mark, 0, value));
    run.event(0, &Event::Watermark(i64::MAX));
    assert_eq!(contents(&run), [('+', vec![1, 2]), ('+', vec![3])]);
}

/// The results that stand in the end, each as often as it was shown and not taken back.
pub(super) fn standing<O: Clone + PartialEq>(results: &[WindowResult<O>]) -> Vec<WindowResult<O>> {
    let mut standing: Vec<WindowResult<O>> = Vec::new();
    for result in results {
        if result.pane.is_retraction() {
            let old = WindowResult { pane: result.pane.marked(Mark::None), ..result.clone() };
            let at = standing.iter().position(|one| *one == old).expect("only what stands is taken back");
            standing.remove(at);
        } else {
            standing.push(result.clone());
        }
    }
    standing
}

/// The results of each window in the order in which they came.
fn by_window<O>(mut results: Vec<WindowResult<O>>) -> Vec<WindowResult<O>> {
    results.sort_by_key(|result| result.window);
    results
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn in_the_end_each_element_is_shown_once(windowing in any_windowing(Accumulation::Retracting), events in any_events()) {
        let run = Run::new(&windowing, Listed).run(&events);
        let standing = standing(&run.outside.seen.results);
        let shown = count_values(standing.iter().flat_map(|result| result.contents.iter().copied()));
        prop_assert_eq!(shown, taken(&run, &events));
        let mut windows: Vec<_> = standing.iter().map(|result| result.window).collect();
        windows.sort_unstable();
        windows.dedup();
        prop_assert_eq!(windows.len(), standing.len(), "a window has one result");
        prop_assert!(run.key.is_empty() && run.outside.holds.is_empty());
    }

    /// The timers of a session wake it at the ends of those that it was, which have something to take back or not: so what
    /// a watermark makes of several windows comes in one order or another.
    #[test]
    fn retracting_is_accumulating_and_taking_back(windowing in any_windowing(Accumulation::Retracting), events in any_events()) {
        let retracting = Run::new(&windowing, Listed).run(&events).outside;
        let accumulating = Run::new(&windowing.accumulation(Accumulation::Accumulating), Listed).run(&events).outside;
        let mut shown = retracting.seen.results;
        shown.retain(|result| !result.pane.is_retraction());
        prop_assert_eq!(by_window(shown), by_window(accumulating.seen.results));
        prop_assert_eq!(sorted(retracting.seen.holds), sorted(accumulating.seen.holds));
    }

    #[test]
    fn what_is_taken_back_is_shown_anew(windowing in any_windowing(Accumulation::Retracting), events in any_events()) {
        let results = Run::new(&windowing, Combined(Count)).run(&events).outside.seen.results;
        for (i, result) in results.iter().enumerate().filter(|(_, result)| result.pane.is_retraction()) {
            let mut next = results[i..].iter().filter(|next| !next.pane.is_retraction());
            prop_assert!(next.any(|next| next.window.span(result.window) == next.window), "{results:?}");
        }
    }
}

/// Windows of one instant, of which those before 100 become one as soon as there is one after 1000.
#[derive(Debug)]
struct Gathered;

impl WindowFn for Gathered {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(Window { start: time, end: time + ms(1) });
    }

    fn merges(&self) -> bool {
        true
    }

    fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        let from: Vec<Window> = windows.iter().copied().filter(|window| window.end.millis() <= 100).collect();
        let gathers = windows.iter().any(|window| window.start.millis() >= 1000) && from.len() > 1;
        let to = Window { start: Timestamp::from_millis(0), end: Timestamp::from_millis(100) };
        gathers.then_some(Merge { from, to }).into_iter().collect()
    }
}

#[test]
fn windows_that_become_one_without_an_element_are_shown_again_as_that_one() {
    let windowing = Windowing::custom(Gathered).trigger(each(), Accumulation::Retracting).allowed_lateness(ms(0));
    let run = events(Run::new(&windowing, Listed), &[5, 7, 1000].map(Event::Element));
    assert_eq!(shown(&run)[..2], [('+', 5, 6, vec![0]), ('+', 7, 8, vec![1])]);
    let run = events(run, &[Event::Watermark(100)]);
    assert_eq!(shown(&run)[3..], [('-', 5, 6, vec![0]), ('-', 7, 8, vec![1]), ('+', 0, 100, vec![0, 1])]);
}
