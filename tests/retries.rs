//! A function that fails for some elements: tried again, then given up.

use beamline::prelude::*;
use beamline::testing::{ManualClock, TestPipeline, assert_that, for_each_seed};
use beamline::{BundleCx, LocalRunner, Retry};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Emits each number twice, at its own time. Fails for odd ones: for multiples of 3 always, otherwise in the first two
/// attempts, and always between the two emissions.
#[derive(Clone, Default)]
struct Shaky {
    attempts: HashMap<u64, u32>,
    keeps_time: bool,
}

impl Shaky {
    /// One that leaves each number at the time that it has.
    fn at_no_other_time() -> Self {
        Self { keeps_time: true, ..Self::default() }
    }

    fn emit(&self, n: u64, cx: &mut Cx<'_, u64>) {
        if self.keeps_time { cx.emit(n) } else { cx.emit_at(Timestamp::from_millis(n as i64), n) }
    }
}

impl DoFn<u64> for Shaky {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        let attempt = self.attempts.entry(n).or_default();
        *attempt += 1;
        let is_shaky = n % 2 == 1 && (n.is_multiple_of(3) || *attempt < 3);
        self.emit(n, cx);
        if is_shaky {
            return Err(format!("{n} is shaky").into());
        }
        self.emit(n, cx);
        Ok(())
    }
}

#[test]
fn what_was_emitted_before_a_failure_is_forgotten() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
        let tried = p.create(0..100u64).try_par_do(Shaky::default(), 3);
        let good = (0..100).filter(|n| n % 2 == 0 || n % 3 > 0);
        assert_that(&tried.ok).contains_in_any_order(good.flat_map(|n| [n, n]));
        let failed = tried.failed.map(|letter| (letter.element, letter.attempts, letter.error));
        let bad = (0..100).filter(|n| n % 2 == 1 && n % 3 == 0);
        assert_that(&failed).contains_in_any_order(bad.map(|n| (n, 3, format!("{n} is shaky"))));
        p.run();
    });
}

/// Emits each number twice and asks for it to be passed on at once; fails between the two at first.
#[derive(Clone, Default)]
struct Hasty(HashMap<u64, u32>);

impl DoFn<u64> for Hasty {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.flush();
        cx.emit(n);
        cx.flush();
        let attempt = self.0.entry(n).or_default();
        *attempt += 1;
        if *attempt < 2 && n % 2 == 1 {
            return Err(format!("{n} is odd").into());
        }
        cx.emit_at(Timestamp::from_millis(1), n);
        cx.flush();
        Ok(())
    }
}

#[test]
fn what_is_to_be_passed_on_at_once_is_held_back_until_the_attempt_has_succeeded() {
    let p = TestPipeline::new();
    let tried = p.create(0..40u64).try_par_do(Hasty::default(), 2);
    assert_that(&tried.ok).contains_in_any_order((0..40).flat_map(|n| [n, n]));
    assert_that(&tried.failed).is_empty();
    // An instance that has failed is not used again in bundles, and forgets its attempts.
    let even = p.create((0..40u64).map(|n| 2 * n)).try_par_do(Hasty::default(), Retry::attempts(2).bundles_of(7));
    assert_that(&even.ok).contains_in_any_order((0..40).flat_map(|n| [2 * n, 2 * n]));
    assert_that(&even.failed).is_empty();
    p.run();
}

#[test]
fn fewer_attempts_give_up_sooner() {
    let p = TestPipeline::new();
    let tried = p.create([1u64, 2, 3]).try_par_do(Shaky::default(), 2);
    assert_that(&tried.ok).contains_in_any_order([2, 2]);
    assert_that(&tried.failed.map(|letter| letter.element)).contains_in_any_order([1, 3]);
    p.run();
}

#[test]
fn without_a_reader_of_failures_the_first_one_fails_the_pipeline() {
    let p = TestPipeline::new();
    p.create([2u64, 3]).try_par_do(Shaky::default(), 4).ok.inspect(|_| ());
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("3 is shaky") && error.contains("element 3"), "{error}");
}

#[test]
fn times_are_kept() {
    let p = TestPipeline::new();
    let tried = p.create(0..4u64).try_par_do(Shaky::default(), 3);
    let times = tried.ok.reify_timestamps().map(|(n, time)| time.millis() - n as i64);
    assert_that(&times).contains_in_any_order([0; 6]);
    assert_that(&tried.failed).has_count(1);
    p.run();
}

/// What a table holds that takes rows together, and is away now and then.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<(Vec<u64>, u64)>>);

impl Table {
    /// Takes rows, other than the first two times of each three.
    fn insert(&self, rows: &[u64]) -> Result<(), BoxError> {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        if !state.1.is_multiple_of(3) {
            return Err("the table is away".into());
        }
        state.0.extend(rows);
        Ok(())
    }

    fn rows(&self) -> Vec<u64> {
        let mut rows = self.0.lock().unwrap().0.clone();
        rows.sort_unstable();
        rows
    }
}

/// Gathers rows and inserts them when the bundle ends. Rows that end with a seven cannot be gathered.
#[derive(Clone)]
struct Insert {
    table: Table,
    gathered: Vec<u64>,
    is_set_up: bool,
}

impl Insert {
    fn into_table(table: &Table) -> Self {
        Self { table: table.clone(), gathered: Vec::new(), is_set_up: false }
    }
}

impl DoFn<u64> for Insert {
    type Out = u64;

    fn setup(&mut self) -> Result<(), BoxError> {
        self.is_set_up = true;
        Ok(())
    }

    fn start_bundle(&mut self) -> Result<(), BoxError> {
        assert!(self.is_set_up && self.gathered.is_empty(), "an instance that has failed is not used again");
        Ok(())
    }

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if n % 10 == 7 {
            return Err(format!("{n} ends with a seven").into());
        }
        self.gathered.push(n);
        cx.emit(n);
        Ok(())
    }

    fn finish_bundle(&mut self, _: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        assert!(self.gathered.len() <= 10, "bundles are as large as was said");
        self.table.insert(&std::mem::take(&mut self.gathered))
    }
}

fn without_sevens(count: u64) -> Vec<u64> {
    (0..count).filter(|n| n % 10 != 7).collect()
}

#[test]
fn bundles_are_tried_as_a_whole() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
        let table = Table::default();
        let tried = p.create(0..200u64).try_par_do(Insert::into_table(&table), Retry::attempts(3).bundles_of(10));
        assert_that(&tried.ok).contains_in_any_order(without_sevens(200));
        let letters = tried.failed.map(|letter| (letter.element, letter.attempts, letter.error));
        let sevens = (0..20).map(|n| n * 10 + 7).map(|n| (n, 3, format!("{n} ends with a seven")));
        assert_that(&letters).contains_in_any_order(sevens);
        p.run();
        assert_eq!(table.rows(), without_sevens(200), "no row is there twice, and none is lost");
    });
}

#[test]
fn a_bundle_that_cannot_be_finished_is_given_up_as_a_whole() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let table = Table::default();
        let tried = p.create([1u64, 2, 3]).try_par_do(Insert::into_table(&table), Retry::attempts(1).bundles_of(2));
        let letters = tried.failed.map(|letter| letter.element);
        let both = p.flatten([&tried.ok, &letters]);
        assert_that(&both).contains_in_any_order([1, 2, 3]);
        assert_that(&letters.count())
            .satisfies(|n| if n[0] >= 2 { Ok(()) } else { Err("two attempts fail".to_owned()) });
        p.run();
    });
}

/// Where the clock jumps to the next attempt.
fn jumping(seed: u64) -> (LocalRunner, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::jumping());
    let runner = LocalRunner::new().parallelism(1 + seed as usize % 2).batch_size(8).manual_clock(clock.clone());
    (if seed < 3 { runner } else { runner.replay(seed) }, clock)
}

#[test]
fn an_element_at_the_end_of_time_is_tried_again_too() {
    for_each_seed(10, |seed| {
        let (runner, _) = jumping(seed);
        let p = TestPipeline::new();
        let (ended, second) = (p.create([5u64]).with_timestamps(|_| Timestamp::MAX), Duration::from_secs(1));
        let tried = ended.try_par_do(Shaky::at_no_other_time(), Retry::attempts(3).backoff(second, second));
        assert_that(&tried.ok).contains_in_any_order([5, 5]);
        p.run_with(&runner).unwrap();
    });
}

/// What waits holds the watermark, so windows are whole, and those who come later do not overtake.
#[test]
fn elements_wait_behind_those_that_are_tried_again() {
    for_each_seed(12, |seed| {
        let (runner, clock) = jumping(seed);
        let p = TestPipeline::new();
        let second = Duration::from_secs(1);
        let numbers = p.read(generate(20.0, |n| n).take_for(Duration::from_secs(20)));
        let retry = Retry::attempts(3).backoff(second, 10 * second);
        let retry = if seed % 2 == 0 { retry.bundles_of(10) } else { retry };
        let table = Table::default();
        let tried = match seed % 2 {
            0 => numbers.try_par_do(Insert::into_table(&table), retry),
            _ => numbers.try_par_do(Shaky::at_no_other_time(), retry),
        };
        let letters = tried.failed.map(|letter| letter.element).count();
        assert_that(&letters).satisfies(|n| if n[0] > 0 { Ok(()) } else { Err("some fail always".to_owned()) });
        let windows = tried.ok.window(Windowing::fixed(Duration::from_secs(10)));
        let counts = windows.count();
        let expected = if seed % 2 == 0 { [180, 180] } else { [334, 332] };
        assert_that(&counts).contains_in_any_order(expected);
        let metrics = p.run_with(&runner).unwrap().metrics;
        assert_eq!(metrics.counter("dropped_late"), 0);
        assert!(metrics.counter("retries") > 50);
        assert!(clock.now() > Timestamp::from_millis(30_000), "attempts are apart: {}", clock.now());
    });
}

/// Is away until it has been asked so often to be set up.
#[derive(Clone)]
struct Distant(Arc<AtomicU64>);

impl DoFn<u64> for Distant {
    type Out = u64;

    fn setup(&mut self) -> Result<(), BoxError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            1 | 2 => Err("nobody is there".into()),
            _ => Ok(()),
        }
    }

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if self.0.load(Ordering::SeqCst) == 1 {
            return Err("the connection is lost".into());
        }
        cx.emit(n);
        Ok(())
    }
}

#[test]
fn to_be_set_up_anew_is_a_part_of_the_attempt() {
    let run = |attempts| {
        let p = TestPipeline::new().with_parallelism(1);
        let distant = Distant(Arc::default());
        let tried = p.create([5u64]).try_par_do(distant, Retry::attempts(attempts).bundles_of(9));
        tried.ok.inspect(|_| ());
        p.try_run().map(drop).map_err(|error| error.to_string())
    };
    run(4).unwrap();
    let error = run(3).unwrap_err();
    assert!(error.contains("nobody is there") && error.contains("element 5"), "{error}");
}

#[test]
fn what_can_never_be_tried_is_refused() {
    for (retry, why) in [(Retry::attempts(0), "with 0 attempts"), (Retry::from(2).bundles_of(0), "a bundle of 0")] {
        let p = Pipeline::new();
        p.create([1u64]).try_par_do(Shaky::default(), retry);
        let error = p.graph().err().expect("it is refused").to_string();
        assert!(error.contains(why) && error.contains("tests/retries.rs:"), "{error}");
    }
}

/// Fails until it has been called so often.
#[derive(Clone)]
struct Down {
    calls: Arc<AtomicU64>,
    read: Arc<AtomicU64>,
    read_meanwhile: Arc<AtomicU64>,
}

impl DoFn<u64> for Down {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        match self.calls.fetch_add(1, Ordering::SeqCst) {
            0..30 => Err("it is down".into()),
            30 => {
                self.read_meanwhile.store(self.read.load(Ordering::SeqCst), Ordering::SeqCst);
                cx.emit(n);
                Ok(())
            }
            _ => {
                cx.emit(n);
                Ok(())
            }
        }
    }
}

/// While a service is down, nothing is read for it, however long that takes.
#[test]
fn sources_wait_for_the_next_attempt() {
    let p = TestPipeline::new();
    let down = Down { calls: Arc::default(), read: Arc::default(), read_meanwhile: Arc::default() };
    let (read, read_meanwhile) = (down.read.clone(), down.read_meanwhile.clone());
    let numbers = p.sequence(0..100_000).inspect(move |_| {
        read.fetch_add(1, Ordering::SeqCst);
    });
    let millis = Duration::from_millis;
    let tried = numbers.try_par_do(down, Retry::attempts(31).backoff(millis(1), millis(1)));
    assert_that(&tried.ok.count()).contains_in_any_order([100_000]);
    p.run_with(&LocalRunner::new().parallelism(1).batch_size(8)).unwrap();
    assert!(read_meanwhile.load(Ordering::SeqCst) <= 8, "{read_meanwhile:?}");
}

/// What cannot be sent goes back to where it is sent from, when that works again.
#[test]
fn what_cannot_be_sent_is_a_letter() {
    for_each_seed(10, |seed| {
        let (runner, _) = jumping(seed);
        let p = TestPipeline::new();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let all = sent.clone();
        let second = Duration::from_secs(1);
        let tried = p.create(0..20u64).try_for_each(Retry::attempts(3).backoff(second, second), move |n| {
            if n % 5 == 0 {
                return Err(format!("nobody takes {n}"));
            }
            all.lock().unwrap().push(n);
            Ok(())
        });
        let tried = tried.named("Send");
        assert_that(&tried.failed.map(|letter| (letter.step, letter.element, letter.attempts)))
            .contains_in_any_order([0, 5, 10, 15].map(|n| ("Send".to_owned(), n, 3)));
        assert_that(&tried.ok.count()).contains_in_any_order([16]);
        p.run_with(&runner).unwrap();
        let mut sent = sent.lock().unwrap().clone();
        sent.sort_unstable();
        assert_eq!(sent, (0..20).filter(|n| n % 5 > 0).collect::<Vec<_>>());
    });
}
