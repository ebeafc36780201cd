use super::*;
use crate::Timestamp;
use crate::window::Window;
use std::time::Duration;

fn at(watermark: i64, clock: i64) -> Moment {
    Moment {
        last: Timestamp::from_millis(99),
        watermark: Timestamp::from_millis(watermark),
        clock: Timestamp::from_millis(clock),
    }
}

/// Shows elements to a trigger at the given moments, asks after each, and says where it fired.
fn firings(trigger: impl Into<Trigger>, moments: &[(i64, i64)]) -> Vec<usize> {
    let machine = TriggerMachine::new(&trigger.into(), false);
    let mut state = machine.new_state();
    let mut fired = Vec::new();
    for (i, (watermark, clock)) in moments.iter().enumerate() {
        let at = at(*watermark, *clock);
        machine.on_element(&mut state, &at);
        if machine.is_ready(&state, &at) {
            machine.on_fire(&mut state, &at);
            fired.push(i);
        }
        if machine.is_finished(&state) {
            fired.push(usize::MAX);
            return fired;
        }
    }
    fired
}

const OVER: usize = usize::MAX;

#[test]
fn counts_and_compositions() {
    let count = Trigger::after_count;
    let early = [(0, 0); 7];
    assert_eq!(firings(count(3), &early), [2, OVER]);
    assert_eq!(firings(Trigger::repeatedly(count(3)), &early), [2, 5]);
    assert_eq!(firings(Trigger::any([count(2), count(3)]), &early), [1, OVER]);
    assert_eq!(firings(Trigger::all([count(2), count(3)]), &early), [2, OVER]);
    assert_eq!(firings(Trigger::sequence([count(2), count(3)]), &early), [1, 4, OVER]);
    assert_eq!(firings(Trigger::repeatedly(Trigger::sequence([count(1), count(2)])), &early), [0, 2, 3, 5, 6]);
    assert_eq!(firings(Trigger::repeatedly(count(2)).or_finally(count(5)), &early), [1, 3, 4, OVER]);
    assert_eq!(firings(Trigger::always(), &early[..2]), [0, 1]);
    assert_eq!(firings(Trigger::never(), &early), [0; 0]);
}

#[test]
fn before_and_after_the_end() {
    let moments = [(0, 0), (0, 0), (0, 0), (100, 0), (100, 0), (100, 0), (100, 0)];
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(3));
    assert_eq!(firings(trigger, &moments), [1, 3, 6]);
    assert_eq!(firings(Trigger::after_watermark(), &moments), [3, OVER]);
    assert_eq!(firings(Trigger::default(), &moments), [3, 4, 5, 6]);
}

#[test]
fn delays_and_alignment() {
    let ms = Duration::from_millis;
    let moments = [(0, 1), (0, 10), (0, 11), (0, 12), (0, 21), (0, 22)];
    assert_eq!(firings(Trigger::repeatedly(Trigger::after_processing_time(ms(10))), &moments), [2, 5]);
    let aligned = Trigger::after_processing_time(ms(1)).aligned_to(ms(10), ms(2));
    assert_eq!(firings(Trigger::repeatedly(aligned), &moments), [1, 3, 5]);
    let deadline = |now| aligned.deadline(Timestamp::from_millis(now)).millis();
    assert_eq!([deadline(1), deadline(2), deadline(-9)], [2, 12, -8]);
}

#[test]
fn deadlines_are_asked_for_while_they_are_ahead() {
    let trigger = Trigger::all((Trigger::after_processing_time(Duration::from_millis(10)), Trigger::after_count(9)));
    let machine = TriggerMachine::new(&trigger, false);
    let mut state = machine.new_state();
    let next = |state: &TriggerState, clock| machine.next_deadline(state, Timestamp::from_millis(clock));
    assert_eq!(next(&state, 0), None);
    machine.on_element(&mut state, &at(0, 0));
    assert_eq!(next(&state, 0), Some(Timestamp::from_millis(10)));
    assert_eq!(next(&state, 10), None);
}

#[test]
fn a_deadline_may_be_at_the_epoch() {
    let machine = TriggerMachine::new(&Trigger::after_processing_time(Duration::from_millis(5)).into(), false);
    let mut state = machine.new_state();
    machine.on_element(&mut state, &at(0, -5));
    assert_eq!(machine.next_deadline(&state, Timestamp::from_millis(-1)), Some(Timestamp::from_millis(0)));
}

#[test]
fn simple_triggers_need_no_allocation() {
    let size = |trigger: Trigger| {
        let state = TriggerMachine::new(&trigger, true).new_state();
        serde_json::to_value(&state).unwrap().as_array().unwrap().len()
    };
    assert_eq!(size(Trigger::default()), 0);
    assert_eq!(size(Trigger::repeatedly(Trigger::after_count(5))), 2);
    assert_eq!(size(Trigger::after_watermark().early(Trigger::after_count(5)).late(Trigger::after_count(1)).into()), 3);
    assert!(size_of::<TriggerState>() <= 32);
}

#[test]
fn what_finishes_may_lose_data() {
    let (none, some) = (Duration::ZERO, Duration::from_secs(1));
    let once = Trigger::from(Trigger::after_watermark());
    assert!(!once.may_lose_data(none) && once.may_lose_data(some));
    let early = Trigger::from(Trigger::after_watermark().early(Trigger::after_count(2)));
    assert!(!early.may_lose_data(none) && early.may_lose_data(some));
    assert!(Trigger::after_count(1).may_lose_data(none));
    assert!(!Trigger::repeatedly(Trigger::after_count(1)).may_lose_data(some));
    assert!(!Trigger::never().may_lose_data(some));
}

#[test]
fn an_early_side_repeats_however_it_is_made() {
    let trigger = Trigger::after_watermark().early(Trigger::any((Trigger::after_count(2), Trigger::never())));
    assert_eq!(firings(trigger, &[(0, 0); 6]), [1, 3, 5]);
}

#[test]
fn triggers_that_do_nothing_are_refused() {
    let error = |trigger: Trigger| trigger.check().unwrap_err().to_string();
    assert_eq!(
        error(Trigger::repeatedly(Trigger::after_count(0))),
        "the trigger after_count(0) cannot be carried out\n  help: wait for at least one element"
    );
    assert!(error(Trigger::any(Vec::<Trigger>::new())).contains("name at least one trigger"));
    let aligned = Trigger::after_processing_time(Duration::ZERO).aligned_to(Duration::ZERO, Duration::ZERO);
    assert!(error(aligned.into()).contains("align to a period"));
}

#[test]
fn continuations_of_what_beam_has_no_fact_for() {
    let trigger = Trigger::repeatedly(Trigger::after_count(3)).or_finally(Trigger::after_watermark());
    let text = trigger.continuation().to_string();
    assert_eq!(text, "repeatedly(repeatedly(after_count(1)).or_finally(after_watermark()))");
    assert_eq!(Trigger::always().continuation(), Trigger::always());
    assert_eq!(Trigger::always().fires_by(Window::GLOBAL), Timestamp::MIN);
}

#[test]
fn many_parts_have_many_flags() {
    let trigger = Trigger::sequence(vec![Trigger::after_count(1); 200]);
    let expected: Vec<usize> = (0..200).chain([OVER]).collect();
    assert_eq!(firings(trigger, &[(0, 0); 300]), expected);
}

#[test]
fn a_marked_element_fires() {
    let fired = |trigger: Trigger, marks: &[bool]| -> Vec<usize> {
        let machine = TriggerMachine::new(&trigger, false);
        let (mut state, at) = (machine.new_state(), at(0, 0));
        let mut fired = Vec::new();
        for (i, mark) in marks.iter().enumerate() {
            let tell = if *mark { TriggerMachine::on_punctuation } else { TriggerMachine::on_element };
            tell(&machine, &mut state, &at);
            if machine.is_ready(&state, &at) {
                machine.on_fire(&mut state, &at);
                fired.push(i);
            }
        }
        fired.extend(machine.is_finished(&state).then_some(OVER));
        fired
    };
    let marks = [false, true, false, false, true, true];
    let punctuation = Trigger::after_punctuation;
    assert_eq!(fired(punctuation(), &marks[..2]), [1, OVER]);
    assert_eq!(fired(Trigger::repeatedly(punctuation()), &marks), [1, 4, 5]);
    let both = Trigger::all([punctuation(), Trigger::after_count(3)]);
    assert_eq!(fired(Trigger::repeatedly(both), &marks), [2, 5]);
    let either = Trigger::any([punctuation(), Trigger::after_count(2)]);
    assert_eq!(fired(Trigger::repeatedly(either), &marks), [1, 3, 4, 5]);
    let early = Trigger::after_watermark().early(punctuation());
    assert_eq!(fired(early.into(), &marks), [1, 4, 5]);
}

#[test]
fn a_mark_survives_a_merge() {
    let machine = TriggerMachine::new(&Trigger::after_punctuation(), true);
    let (mut marked, unmarked) = (machine.new_state(), machine.new_state());
    machine.on_punctuation(&mut marked, &at(0, 0));
    let (merged, wakes) = machine.merge(&[&unmarked, &marked], &at(0, 0));
    assert!(machine.is_ready(&merged, &at(0, 0)) && !wakes);
}

#[test]
fn facts_of_punctuation() {
    let trigger = Trigger::repeatedly(Trigger::any([Trigger::after_punctuation(), Trigger::after_count(9)]));
    assert!(trigger.waits_for_punctuation() && !Trigger::after_count(1).waits_for_punctuation());
    assert_eq!(trigger.to_string(), "repeatedly(any(after_punctuation(), after_count(9)))");
    assert_eq!(trigger.continuation().to_string(), "repeatedly(any(after_count(1), after_count(1)))");
    assert!(Trigger::after_punctuation().may_lose_data(Duration::ZERO));
    assert_eq!(Trigger::after_punctuation().fires_by(Window::GLOBAL), Timestamp::MAX);
}
