//! A run that is stopped: what was read is worked off, and time stays where it is.

use crate::{Control, Seen, left_behind, run, runner};
use beamline::metrics::Counter;
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::window::{Accumulation, Trigger};
use beamline::{AsyncOptions, Ending, LeftBehind, Shard, Sink, Writer};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A thousand numbers a second.
fn numbers(p: &Pipeline) -> PCollection<u64> {
    p.read(generate(1000.0, |n| n)).named("Numbers")
}

#[track_caller]
fn of<'a>(step: &str, left: &'a [LeftBehind]) -> &'a LeftBehind {
    left.iter().find(|left| left.step == step).unwrap_or_else(|| panic!("nothing of {step}: {left:?}"))
}

#[test]
fn what_was_read_is_written() {
    for_each_seed(20, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        let folder = tempfile::tempdir().unwrap();
        let read = numbers(&p).inspect(move |n| {
            if all.add(n) == 2_500 {
                stop.stop();
            }
        });
        read.reshuffle().map(|n| n.to_string()).write(text::write(folder.path().join("all")));
        let result = run(&p, &runner, &control);
        assert_eq!(result.ending, Ending::Stopped(vec![]));
        let files = std::fs::read_dir(folder.path()).unwrap();
        let lines = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect::<String>();
        let mut written: Vec<u64> = lines.lines().map(|line| line.parse().unwrap()).collect();
        let mut read = seen.take();
        written.sort_unstable();
        read.sort_unstable();
        assert_eq!(written, read);
        assert_eq!(result.metrics.emitted("Numbers"), Some(read.len() as u64));
    });
}

static PREPARED: Counter = Counter::new("prepared");

/// Counts its shards when they are prepared.
#[derive(Clone, Copy)]
struct Counting;

impl Sink<u64> for Counting {
    type Writer = Self;
    type Commit = ();

    fn label(&self) -> String {
        "Write".to_owned()
    }

    fn begin(&self) -> Result<(), BoxError> {
        Ok(())
    }

    fn open(&self, _: Shard) -> Result<Self, BoxError> {
        Ok(*self)
    }

    fn commit(&self, _: Vec<()>) -> Result<(), BoxError> {
        Ok(())
    }

    fn abort(&self, _: Vec<()>) {}
}

impl Writer<u64> for Counting {
    type Commit = ();

    fn write(&mut self, _: u64) -> Result<(), BoxError> {
        Ok(())
    }

    fn prepare(self) -> Result<(), BoxError> {
        PREPARED.inc(1);
        Ok(())
    }
}

#[test]
fn what_is_counted_at_the_end_is_in_the_result() {
    for_each_seed(12, |seed| {
        let (runner, _) = runner(seed);
        let (p, control) = (Pipeline::new(), Control::default());
        let stop = control.clone();
        numbers(&p).inspect(move |_| stop.stop()).write(Counting);
        let metrics = run(&p, &runner, &control).metrics;
        assert_eq!(metrics.counter("prepared"), 1 + seed % 3, "each worker has a shard");
    });
}

#[test]
fn windows_that_are_open_stay_open_and_are_told() {
    for_each_seed(30, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        let counts = numbers(&p).window(Windowing::fixed(SECOND)).key_by(|n| n % 7).count_per_key().named("Count");
        counts.inspect(move |count| {
            if all.add(count) == 7 {
                stop.stop();
            }
        });
        let result = run(&p, &runner, &control);
        let (shown, left) = (seen.take(), left_behind(&result));
        assert_eq!(shown.len() % 7, 0, "windows that were shown are whole");
        let shown: u64 = shown.iter().map(|(_, count)| count).sum();
        assert_eq!(shown % 1000, 0, "and so are they");
        let read = result.metrics.emitted("Numbers").unwrap();
        let open = (read - shown).div_ceil(1000);
        let kept = left.iter().map(|left| (left.step.as_str(), left.windows, left.what.as_str())).collect::<Vec<_>>();
        assert_eq!(kept, if open > 0 { vec![("Count", open, "keys")] } else { vec![] }, "{read} read, {shown} shown");
        assert_eq!(result.metrics.counter("dropped_late"), 0);
        if let [left] = &left[..] {
            assert!(left.to_string().contains(" of 'Count' (tests/live/stop.rs:"), "{left}");
        }
    });
}

/// Stops when the first number is seen, in a pipeline that does something with all of them.
fn stopped(seed: u64, then: impl Fn(&PCollection<u64>)) -> Vec<LeftBehind> {
    let (runner, _) = runner(seed);
    let (p, control) = (Pipeline::new(), Control::default());
    let stop = control.clone();
    then(&numbers(&p).inspect(move |_| stop.stop()));
    left_behind(&run(&p, &runner, &control))
}

#[test]
fn timers_do_not_ring() {
    for_each_seed(12, |seed| {
        let late = Trigger::repeatedly(Trigger::after_processing_time(Duration::from_hours(1)));
        let seen = Seen::new();
        let all = seen.clone();
        let left = stopped(seed, move |numbers| {
            let all = all.clone();
            let windowing = Windowing::global().trigger(late.clone(), Accumulation::Discarding);
            numbers.window(windowing).count().named("Count").inspect(move |n| {
                all.add(n);
            });
        });
        assert_eq!(seen.len(), 0, "an hour has not passed");
        assert_eq!(of("Count", &left).windows, 1);
    });
}

#[test]
fn calls_that_have_begun_are_waited_for() {
    for_each_seed(12, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        let read = numbers(&p).inspect(move |_| stop.stop());
        // The first attempt for each fails, and the second comes by the clock.
        let options = AsyncOptions::concurrency(4).attempts(2).backoff(SECOND, SECOND);
        let tried = Seen::new();
        let answers = read.par_do_async(options, move |n| {
            let is_first = tried.add_new(&n);
            async move { if is_first { Err(BoxError::from("not yet")) } else { Ok(n) } }
        });
        answers.ok.inspect(move |n| {
            all.add(n);
        });
        let result = run(&p, &runner, &control);
        assert_eq!(left_behind(&result), vec![]);
        assert_eq!(Some(seen.len() as u64), result.metrics.emitted("Numbers"));
    });
}

/// Emits how many elements a bundle had, at its end.
#[derive(Clone, Default)]
struct Gather(Vec<u64>);

impl DoFn<u64> for Gather {
    type Out = usize;

    fn process(&mut self, n: u64, _: &mut Cx<'_, usize>) -> Result<(), BoxError> {
        self.0.push(n);
        Ok(())
    }

    fn finish_bundle(&mut self, cx: &mut beamline::BundleCx<'_, usize>) -> Result<(), BoxError> {
        cx.emit(std::mem::take(&mut self.0).len(), Timestamp::MIN, beamline::window::Window::GLOBAL);
        Ok(())
    }
}

#[test]
fn bundles_are_finished() {
    for_each_seed(12, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        numbers(&p).inspect(move |_| stop.stop()).par_do(Gather::default()).inspect(move |n| {
            all.add(n);
        });
        let result = run(&p, &runner, &control);
        assert_eq!(Some(seen.take().iter().sum::<usize>() as u64), result.metrics.emitted("Numbers"));
    });
}

#[test]
fn what_has_an_end_and_was_not_read_to_it_is_told() {
    for_each_seed(20, |seed| {
        let (runner, _) = runner(seed);
        let (p, control) = (Pipeline::new(), Control::default());
        let stop = control.clone();
        let rows = p.sequence(0..1_000_000).named("Rows").inspect(move |_| stop.stop()).key_by(|n| n % 3);
        rows.group_by_key().named("Group").inspect(|_| panic!("no group is complete"));
        rows.combine_per_key(beamline::combine::Sum).named("Sum").inspect(|_| panic!("no sum is complete"));
        rows.values().count().named("Total").inspect(|_| panic!("nor is the total"));
        let left = left_behind(&run(&p, &runner, &control));
        assert_eq!(of("Rows", &left).what, "parts that were not read to their end");
        assert_eq!(of("Group", &left).what, "bytes of rows to be grouped");
        assert!((1..=3).contains(&of("Sum", &left).count), "{left:?}");
        assert_eq!(of("Total", &left).count, 1);
    });
}

/// Elements wait for it, and nothing that was read may be lost.
#[test]
fn side_inputs_that_have_an_end_are_read_to_it() {
    for_each_seed(20, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        let total = p.sequence(0..10_000).inspect(move |_| stop.stop()).count().as_singleton();
        numbers(&p).with_side(total).map(|n, total| (n, *total)).inspect(move |pair| {
            all.add(pair);
        });
        let result = run(&p, &runner, &control);
        assert_eq!(left_behind(&result), vec![]);
        let seen = seen.take();
        assert_eq!(Some(seen.len() as u64), result.metrics.emitted("Numbers"));
        assert!(seen.iter().all(|(_, total)| *total == 10_000));
    });
}

#[test]
fn a_run_that_is_at_its_end_anyway_is_complete() {
    for seed in 0..6 {
        let (runner, _) = runner(seed);
        let (p, control) = (Pipeline::new(), Control::default());
        let stop = control.clone();
        p.sequence(0..100).count().inspect(move |_| stop.stop());
        assert_eq!(run(&p, &runner, &control).ending, Ending::Complete);
    }
}
