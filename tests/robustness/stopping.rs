//! A run that fails or is cancelled ends soon, whatever its functions do, and leaves nothing.

use crate::support::{Collect, finish, run};
use beamline::window::Window;
use beamline::{BoxError, BundleCx, Cx, DoFn, Error, ErrorKind, LocalRunner, PCollection, Pipeline, Timestamp};
use std::time::{Duration, Instant};

/// Emits without end, for an element or in the end of the bundle.
#[derive(Clone)]
struct Endless {
    in_the_end: bool,
}

impl DoFn<u64> for Endless {
    type Out = u64;

    fn process(&mut self, x: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if self.in_the_end {
            return Ok(());
        }
        loop {
            cx.emit(x);
        }
    }

    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        loop {
            cx.emit(1, Timestamp::MIN, Window::GLOBAL);
        }
    }
}

/// Emits in a destructor, too.
struct Last<'a, 'b>(&'a mut beamline::Emit<'b, u64>);

impl Drop for Last<'_, '_> {
    fn drop(&mut self) {
        (0..5000).for_each(|x| self.0.emit(x));
    }
}

type Function = fn(&PCollection<u64>) -> PCollection<u64>;

/// Functions that emit without end.
const ENDLESS: [(&str, Function); 7] = [
    ("flat_map", |one| one.flat_map(|_| 0u64..)),
    ("flat_map_with", |one| {
        one.flat_map_with(|x, out| {
            loop {
                out.emit(*x);
            }
        })
    }),
    ("a destructor", |one| {
        one.flat_map_with(|x, out| {
            let last = Last(out);
            loop {
                last.0.emit(*x);
            }
        })
    }),
    ("par_do", |one| one.par_do(Endless { in_the_end: false })),
    ("finish_bundle", |one| one.par_do(Endless { in_the_end: true })),
    ("with_side", |one| {
        one.with_side(one.as_list()).flat_map_with(|x, _, out| {
            loop {
                out.emit(x);
            }
        })
    }),
    ("a group that is flattened", |one| {
        one.key_by(|x| *x).group_by_key().flat_map(|(_, values)| values.into_vec().into_iter().cycle())
    }),
];

/// What the endless elements go into.
const INTO: [(&str, Function); 4] = [
    ("a filter", |all| all.filter(|_| false)),
    ("a reshuffle", |all| all.reshuffle().filter(|_| false)),
    ("a combiner", |all| all.map(|x| x % 100).count_per_element().keys()),
    ("nothing", |all| all.map(|x| x)),
];

/// How long a run ended after it had been stopped; it is stopped by `stop` or by itself.
fn time_to_stop(p: &Pipeline, what: &str, stop: bool) -> (Error, Duration) {
    let graph = p.graph().unwrap();
    let stopped = move || {
        let handle = LocalRunner::new().parallelism(2).start(&graph).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        let start = Instant::now();
        if stop {
            handle.control().cancel();
        }
        (handle.wait().unwrap_err(), start.elapsed())
    };
    finish(stopped, what)
}

#[test]
fn functions_without_an_end_are_cancelled() {
    for (name, endless) in ENDLESS {
        for (other, into) in INTO {
            let p = Pipeline::new();
            let sink = Collect::new();
            into(&endless(&p.create([1u64]))).filter(|_| false).write(sink.clone());
            let (error, time) = time_to_stop(&p, name, true);
            assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
            assert!(time < Duration::from_secs(2), "{name} into {other}: {time:?}");
            sink.assert_nothing_is_left();
        }
    }
}

#[test]
fn a_failure_behind_a_function_without_an_end_is_the_error() {
    for (name, endless) in ENDLESS {
        let p = Pipeline::new();
        let sink = Collect::new();
        let fails = |x: &u64| if *x == u64::MAX { Ok(*x) } else { Err("on purpose") };
        endless(&p.create([1u64])).try_map(fails).ok.named("Fails").write(sink.clone());
        let (error, time) = time_to_stop(&p, name, false);
        assert_eq!(error.step().map(|step| step.name.as_str()), Some("Fails"), "{name}: {error}");
        assert!(time < Duration::from_secs(2), "{name}: {time:?}");
        sink.assert_nothing_is_left();
    }
}

#[test]
fn a_failure_elsewhere_stops_a_function_without_an_end() {
    for (name, endless) in ENDLESS {
        let p = Pipeline::new();
        endless(&p.create([1u64])).filter(|_| false).write(Collect::new());
        p.create([2u64]).try_map(|_| Err::<u64, _>("on purpose"));
        let error = run(&LocalRunner::new().parallelism(2), p.graph().unwrap(), name).unwrap_err();
        assert!(error.to_string().contains("on purpose"), "{name}: {error}");
    }
}
