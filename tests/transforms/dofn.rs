//! The life of a `DoFn`.

use crate::support::{everywhere, fails_everywhere, spread};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use beamline::window::Window;
use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::sync::{Arc, Mutex};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Setup,
    Start,
    Process,
    Finish,
    Teardown,
}

/// What happened to which instance.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(usize, Event)>>>);

impl Log {
    fn add(&self, instance: Option<usize>, event: Event) -> usize {
        let mut log = self.0.lock().unwrap();
        let instance = instance.unwrap_or_else(|| log.iter().map(|(i, _)| i + 1).max().unwrap_or_default());
        log.push((instance, event));
        instance
    }

    /// The life of each instance.
    fn lives(&self) -> Vec<Vec<Event>> {
        let mut lives = BTreeMap::<usize, Vec<Event>>::new();
        for (instance, event) in &*self.0.lock().unwrap() {
            lives.entry(*instance).or_default().push(*event);
        }
        lives.into_values().collect()
    }
}

/// Passes numbers on in the next call that it gets, and fails where it is told to.
#[derive(Clone)]
struct Delayed {
    log: Log,
    instance: Option<usize>,
    buffer: Vec<u64>,
    fail_in: Option<Event>,
}

impl Delayed {
    fn new(log: &Log, fail_in: Option<Event>) -> Self {
        Self { log: log.clone(), instance: None, buffer: vec![], fail_in }
    }

    fn enter(&mut self, event: Event) -> Result<(), BoxError> {
        self.instance = Some(self.log.add(self.instance, event));
        if self.fail_in == Some(event) { Err(format!("failed in {event:?}").into()) } else { Ok(()) }
    }
}

impl DoFn<u64> for Delayed {
    type Out = u64;

    fn setup(&mut self) -> Result<(), BoxError> {
        self.enter(Event::Setup)
    }

    fn start_bundle(&mut self) -> Result<(), BoxError> {
        assert!(self.buffer.is_empty(), "the last bundle was finished");
        self.enter(Event::Start)
    }

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        self.enter(Event::Process)?;
        self.buffer.push(n);
        if self.buffer.len() > 2 {
            self.buffer.drain(..).for_each(|n| cx.emit(n));
        }
        Ok(())
    }

    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        self.enter(Event::Finish)?;
        self.buffer.drain(..).for_each(|n| cx.emit(n, Window::GLOBAL.max_timestamp(), Window::GLOBAL));
        Ok(())
    }

    fn teardown(&mut self) {
        let _ = self.enter(Event::Teardown);
    }
}

fn check_lives(lives: &[Vec<Event>], are_complete: bool) {
    for life in lives {
        check_life(life, are_complete);
    }
}

/// Set up once, then bundles, then torn down once.
fn check_life(life: &[Event], is_complete: bool) {
    assert_eq!(life.first(), Some(&Event::Setup), "{life:?}");
    assert_eq!(life.last(), Some(&Event::Teardown), "{life:?}");
    let mut before = Event::Setup;
    for event in &life[1..] {
        let allowed: &[Event] = match event {
            Event::Setup => &[],
            Event::Start => &[Event::Setup, Event::Finish],
            Event::Process | Event::Finish => &[Event::Start, Event::Process],
            Event::Teardown if is_complete => &[Event::Setup, Event::Finish],
            Event::Teardown => &[Event::Setup, Event::Start, Event::Process, Event::Finish],
        };
        assert!(allowed.contains(&before), "{event:?} after {before:?} in {life:?}");
        before = *event;
    }
}

#[test]
fn the_life_of_each_instance_is_in_order() {
    for parallelism in [1, 2, 7] {
        let log = Log::default();
        let p = TestPipeline::new().with_parallelism(parallelism);
        let numbers = p.sequence(0..20_000).reshuffle().par_do(Delayed::new(&log, None));
        assert_that(&numbers).contains_in_any_order(0..20_000);
        p.run();
        let lives = log.lives();
        assert_eq!(lives.len(), parallelism);
        check_lives(&lives, true);
        assert_eq!(lives.iter().flatten().filter(|e| **e == Event::Process).count(), 20_000);
    }
}

#[test]
fn elements_emitted_at_the_end_of_a_bundle_arrive() {
    everywhere(|p| {
        let numbers = spread(p, 0..100u64).par_do(Delayed::new(&Log::default(), None)).named("First");
        let numbers = numbers.par_do(Delayed::new(&Log::default(), None)).named("Second");
        assert_that(&numbers.map(|n| n)).contains_in_any_order(0..100);
    });
}

#[test]
fn an_instance_is_torn_down_after_an_error_too() {
    for parallelism in [1, 2, 7] {
        for fail_in in [Event::Setup, Event::Start, Event::Process, Event::Finish] {
            let log = Log::default();
            let p = TestPipeline::new().with_parallelism(parallelism);
            let _ = p.sequence(0..5000).par_do(Delayed::new(&log, Some(fail_in))).named("Fails");
            let error = p.try_run().unwrap_err();
            assert_eq!(error.step().map(|s| s.name.as_str()), Some("Fails"));
            assert!(error.to_string().contains(&format!("failed in {fail_in:?}")), "{error}");
            check_lives(&log.lives(), false);
        }
    }
}

#[test]
fn instances_are_torn_down_after_a_panic_elsewhere() {
    let log = Log::default();
    let p = TestPipeline::new();
    let numbers = p.sequence(0..5000).par_do(Delayed::new(&log, None));
    let _ = numbers.map(|n| assert!(n < 4000, "too large"));
    let error = p.try_run().unwrap_err();
    assert!(error.to_string().contains("panicked: too large"), "{error}");
    check_lives(&log.lives(), false);
}

#[test]
fn a_dofn_may_change_the_number_of_elements() {
    /// Emits a number as often as it says.
    #[derive(Clone)]
    struct Repeat;
    impl DoFn<u64> for Repeat {
        type Out = u64;
        fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
            (0..n).for_each(|_| cx.emit(n));
            Ok(())
        }
    }
    everywhere(|p| {
        let repeated = spread(p, [0, 3, 2500]).par_do(Repeat);
        assert_that(&repeated).contains_in_any_order(repeat_n(3, 3).chain(repeat_n(2500, 2500)));
    });
}

#[test]
fn an_error_names_the_element() {
    /// Fails for one number.
    #[derive(Clone)]
    struct Picky;
    impl DoFn<u64> for Picky {
        type Out = u64;
        fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
            cx.emit(10_u64.checked_div(n).ok_or("nobody divides by zero")?);
            Ok(())
        }
    }
    fails_everywhere(
        |p| {
            let _ = spread(p, [2, 1, 0, 5]).par_do(Picky).map(|n| n + 1);
        },
        |error| {
            assert_eq!(error.element(), Some("element 0"));
            assert_eq!(error.step().map(|s| s.name.as_str()), Some("Picky"));
            assert!(error.to_string().contains("nobody divides by zero"), "{error}");
        },
    );
}

/// Emits a number and says whether it has been seen downstream when its turn is over.
#[derive(Clone)]
struct PassOn {
    seen: Arc<Mutex<Vec<u64>>>,
}

impl DoFn<u64> for PassOn {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(n);
        cx.flush();
        let last = self.seen.lock().unwrap().last().copied();
        if last == Some(n) { Ok(()) } else { Err(format!("{n} has not been passed on: {last:?}").into()) }
    }
}

#[test]
fn what_is_flushed_is_passed_on_at_once() {
    let seen = Arc::default();
    let p = TestPipeline::new().with_parallelism(1).with_batch_size(1024);
    let passed = p.create(0..100u64).par_do(PassOn { seen: Arc::clone(&seen) });
    let log = seen.clone();
    passed.for_each(move |n| {
        log.lock().unwrap().push(n);
        Ok(())
    });
    p.run();
    assert!(seen.lock().unwrap().iter().copied().eq(0..100));
}

#[test]
fn a_consumer_that_fails_ends_a_function_that_flushes() {
    let p = TestPipeline::new().with_parallelism(1);
    let passed = p.create([1u64]).par_do(PassOn { seen: Arc::default() }).named("Pass");
    passed.for_each(|_| Err("no".into())).named("Refuse");
    assert!(p.try_run().unwrap_err().to_string().contains("step 'Refuse'"));
}
