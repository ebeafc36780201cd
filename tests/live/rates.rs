//! Elements at a rate.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::{assert_that, for_each_seed};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn windows_of_a_rate_hold_what_the_rate_says() {
    for_each_seed(20, |seed| {
        let (runner, clock) = runner(seed);
        let p = Pipeline::new();
        let numbers = p.read(generate(40.0, |n| n).take_for(Duration::from_millis(2_501)));
        assert_that(&numbers.window(Windowing::fixed(SECOND)).count()).contains_in_any_order([40, 40, 21]);
        p.run_with(&runner).unwrap();
        assert_eq!(clock.now(), Timestamp::from_millis(2_501));
    });
}

#[test]
fn numbers_are_divided_among_workers() {
    for_each_seed(6, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        p.read(generate(100_000.0, |n| n)).inspect(move |n| {
            if all.add(n) == 5_000 {
                stop.drain();
            }
        });
        run(&p, &runner, &control);
        let mut numbers = seen.take();
        numbers.sort_unstable();
        assert!(numbers.len() >= 5_000 && numbers.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(numbers[..1_000].iter().copied().eq(0..1_000), "{:?}", &numbers[..100]);
    });
}

#[test]
fn windows_of_a_stream_fire_while_it_goes_on() {
    let (runner, _) = runner(1);
    let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
    let (stop, all) = (control.clone(), seen.clone());
    let counts = p.read(generate(10.0, |n| n).arriving()).window(Windowing::fixed(SECOND)).count();
    counts.inspect(move |count| {
        if all.add(count) == 60 {
            stop.drain();
        }
    });
    run(&p, &runner, &control);
    assert!(seen.take()[..60].iter().all(|count| *count == 10));
}

#[test]
fn an_impulse_is_one_element_and_a_periodic_one_has_no_end() {
    for_each_seed(6, |seed| {
        let (runner, clock) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        assert_that(&p.impulse().map(|()| 7)).contains_in_any_order([7]);
        let hours = p.periodic_impulse(Duration::from_hours(1));
        assert!(!hours.is_bounded());
        hours.reify_timestamps().inspect(move |(hour, time)| {
            assert_eq!(hour, time);
            if all.add(hour) == 24 {
                stop.drain();
            }
        });
        run(&p, &runner, &control);
        // On threads the run may go on until it can be drained.
        let hours: Vec<_> = (0..).map(|hour| Timestamp::from_millis(hour * 3_600_000)).take(seen.len()).collect();
        assert!(hours.len() >= 24);
        assert_eq!((seen.take(), clock.now() >= hours[23]), (hours, true));
    });
}

#[test]
fn a_pause_of_no_time_is_refused() {
    let p = Pipeline::new();
    p.periodic_impulse(Duration::from_micros(999)).inspect(|_| ());
    let error = p.run_with(&LocalRunner::new()).unwrap_err().to_string();
    assert!(error.contains("PeriodicImpulse") && error.contains("has to be above 0"), "{error}");
}
