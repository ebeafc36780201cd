//! Tables whose changes are made again, and then given up.

use super::{letters_in, runner, sorted};
use crate::support::run;
use beamline::combine::{Max, Sum};
use beamline::metrics::Value;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, OnTimeBehavior, Trigger};
use beamline::{ErrorKind, FailureLimit, LocalRunner, Retry, Shard, Upsert, UpsertSink, UpsertWriter, WriteFault};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// What is to go wrong.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    /// Values that are multiples of it are refused.
    refused: Option<u64>,
    /// Keys that are multiples of it cannot be deleted.
    undeletable: Option<u64>,
    /// Only every so manyth flush succeeds; the others make the first half of the changes.
    away: Option<u64>,
    /// A flush that fails says which changes it has made.
    tells: bool,
    /// The table cannot be opened after so many times.
    opens: Option<u64>,
    /// A writer says that it is broken.
    breaks: bool,
    /// After a change that is refused a flush fails, as in a transaction of a database.
    aborts: bool,
}

/// A table of numbers in memory.
#[derive(Clone, Default)]
struct Table {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<u64, u64>,
    opened: u64,
    flushes: u64,
    made: u64,
}

impl Table {
    fn with(faults: Faults) -> Self {
        Self { faults, state: Arc::default() }
    }

    fn rows(&self) -> Vec<(u64, u64)> {
        self.state.lock().unwrap().rows.clone().into_iter().collect()
    }

    fn opened(&self) -> u64 {
        self.state.lock().unwrap().opened
    }
}

impl UpsertSink<u64, u64> for Table {
    type Writer = TableWriter;

    fn label(&self) -> String {
        "table".to_owned()
    }

    fn open(&self, _: Shard) -> Result<TableWriter, BoxError> {
        let mut state = self.state.lock().unwrap();
        state.opened += 1;
        if self.faults.opens.is_some_and(|most| state.opened > most) {
            return Err("the table cannot be opened".into());
        }
        Ok(TableWriter { table: self.clone(), gathered: Vec::new(), is_lost: false })
    }
}

struct TableWriter {
    table: Table,
    gathered: Vec<Upsert<u64, u64>>,
    /// Whether an error has been shown that is no `WriteFault`: such a writer is of no use.
    is_lost: bool,
}

impl TableWriter {
    fn lose(&mut self, error: String) -> Result<(), BoxError> {
        self.is_lost = true;
        Err(error.into())
    }

    fn gather(&mut self, change: Upsert<u64, u64>) -> Result<(), BoxError> {
        assert!(!self.is_lost, "it should have been replaced");
        self.gathered.push(change);
        Ok(())
    }
}

impl UpsertWriter<u64, u64> for TableWriter {
    fn upsert(&mut self, key: u64, value: u64) -> Result<(), BoxError> {
        if self.table.faults.refused.is_some_and(|n| value.is_multiple_of(n)) {
            return self.lose(format!("{value} is no value"));
        }
        self.gather(Upsert::Put(key, value))
    }

    fn delete(&mut self, key: u64) -> Result<(), BoxError> {
        if self.table.faults.undeletable.is_some_and(|n| key.is_multiple_of(n)) {
            return self.lose(format!("{key} is there to stay"));
        }
        self.gather(Upsert::Delete(key))
    }

    fn flush(&mut self) -> Result<(), BoxError> {
        let (table, faults) = (self.table.clone(), self.table.faults);
        let mut state = table.state.lock().unwrap();
        if self.is_lost && faults.aborts {
            return Err("the transaction was aborted".into());
        }
        if self.gathered.is_empty() {
            return Ok(());
        }
        state.flushes += 1;
        let succeeds = faults.away.is_none_or(|n| state.flushes.is_multiple_of(n));
        let made = if succeeds { self.gathered.len() } else { self.gathered.len() / 2 };
        for change in self.gathered.drain(..made) {
            state.made += 1;
            match change {
                Upsert::Put(key, value) => drop(state.rows.insert(key, value)),
                Upsert::Delete(key) => drop(state.rows.remove(&key)),
            }
        }
        let left = std::mem::take(&mut self.gathered).len();
        match faults {
            _ if succeeds => Ok(()),
            Faults { breaks: true, .. } => Err(WriteFault::broken("the table is damaged").into()),
            Faults { tells: true, .. } => Err(WriteFault::undelivered(left, "the table is away").into()),
            _ => self.lose("the table is away".to_owned()),
        }
    }
}

/// Every third flush succeeds.
fn away() -> Faults {
    Faults { away: Some(3), ..Faults::default() }
}

fn pairs(p: &Pipeline, numbers: std::ops::Range<u64>) -> PCollection<(u64, u64)> {
    p.create(numbers.map(|n| (n, 10 * n)))
}

#[test]
fn a_change_that_is_refused_is_a_letter_and_others_are_made() {
    for_each_seed(24, |seed| {
        let (runner, clock) = runner(seed);
        let table = Table::with(Faults { refused: Some(70), ..Faults::default() });
        let p = TestPipeline::new();
        let tried = pairs(&p, 1..100).try_write_upserts(table.clone(), Retry::attempts(3).backoff(SECOND, SECOND));
        let tried = tried.named("Table");
        let letters = tried.failed.map(|letter| (letter.step, letter.element, letter.attempts, letter.error));
        let refused = (1..15).map(|n| ("Table".to_owned(), (7 * n, 70 * n), 3, format!("{} is no value", 70 * n)));
        assert_that(&letters).contains_in_any_order(refused);
        assert_that(&tried.ok).has_count(85);
        let metrics = p.run_with(&runner).unwrap().metrics;
        assert_eq!(table.rows(), (1..100).filter(|n| n % 7 > 0).map(|n| (n, 10 * n)).collect::<Vec<_>>());
        assert!(clock.now() >= Timestamp::from_millis(2 * 14 * 500 / 4), "attempts are apart: {}", clock.now());
        assert_eq!((metrics.counter("retries"), metrics.counter("dead_letters")), (28, 14));
    });
}

/// Nobody knows what has been made of a flush that has failed, and that is no reason to stop: it can be made again.
#[test]
fn all_changes_of_a_flush_that_has_failed_are_made_again_by_another_writer() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let table = Table::with(Faults { refused: Some(110), ..away() });
        let p = TestPipeline::new();
        let tried = pairs(&p, 1..200).try_write_upserts(table.clone(), Retry::attempts(40).bundles_of(7));
        assert_that(&tried.failed.map(|letter| letter.element.0)).contains_in_any_order((1..19).map(|n| n * 11));
        assert_that(&tried.ok).has_count(181);
        p.run_with(&runner).unwrap();
        assert_eq!(table.rows(), (1..200).filter(|n| n % 11 > 0).map(|n| (n, 10 * n)).collect::<Vec<_>>());
    });
}

/// What is refused first has nothing before it to be flushed, and others are not to be given up for it.
#[test]
fn a_change_that_aborts_all_before_it_is_the_only_letter() {
    for refused in 0..5 {
        let faults = Faults { refused: Some(10), aborts: true, ..Faults::default() };
        let table = Table::with(faults);
        let p = Pipeline::new();
        // A row of its own says which it is: the order in a bundle is that of their coming.
        let changes = p.create((0..5).map(move |n| (n, if n == refused { 10 } else { n + 1 })));
        let tried = changes.try_write_upserts(table.clone(), 2);
        let letters = tried.failed.map(|letter| (letter.element, letter.attempts, letter.error));
        assert_that(&letters).contains_in_any_order([((refused, 10), 2, "10 is no value".to_owned())]);
        assert_that(&tried.ok).has_count(4);
        let runner = LocalRunner::new().parallelism(1);
        run(&runner, p.graph().unwrap(), "changes after one that is refused").unwrap();
        assert_eq!(table.rows(), (0..5).filter(|n| *n != refused).map(|n| (n, n + 1)).collect::<Vec<_>>());
    }
}

#[test]
fn a_writer_that_has_refused_a_change_is_replaced_whatever_it_says_of_others() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let table = Table::with(Faults { refused: Some(110), tells: true, ..away() });
        let p = TestPipeline::new();
        let tried = pairs(&p, 1..200).try_write_upserts(table.clone(), Retry::attempts(40).bundles_of(7));
        assert_that(&tried.failed.map(|letter| letter.element.0)).contains_in_any_order((1..19).map(|n| n * 11));
        assert_that(&tried.ok).has_count(181);
        p.run_with(&runner).unwrap();
        assert_eq!(table.rows(), (1..200).filter(|n| n % 11 > 0).map(|n| (n, 10 * n)).collect::<Vec<_>>());
    });
}

#[test]
fn a_writer_that_knows_what_it_has_made_is_used_on_and_makes_nothing_twice() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let table = Table::with(Faults { tells: true, ..away() });
        let p = TestPipeline::new();
        let tried = pairs(&p, 1..200).try_write_upserts(table.clone(), Retry::attempts(40).bundles_of(7));
        assert_that(&tried.failed).is_empty();
        assert_that(&tried.ok).has_count(199);
        p.run_with(&runner).unwrap();
        assert_eq!(table.rows(), (1..200).map(|n| (n, 10 * n)).collect::<Vec<_>>());
        assert_eq!(table.state.lock().unwrap().made, 199);
        assert_eq!(table.opened(), 1 + seed % 3, "once on each worker");
    });
}

#[test]
fn what_can_never_be_flushed_is_given_up_together() {
    let table = Table::with(Faults { away: Some(u64::MAX), ..Faults::default() });
    let p = TestPipeline::new();
    let tried = pairs(&p, 1..20).try_write_upserts(table.clone(), Retry::attempts(2).bundles_of(4));
    let letters = tried.failed.map(|letter| (letter.element.0, letter.attempts, letter.error));
    assert_that(&letters).contains_in_any_order((1..20).map(|n| (n, 2, "the table is away".to_owned())));
    assert_that(&tried.ok).is_empty();
    p.run();
}

#[test]
fn a_table_that_cannot_be_opened_again_has_its_changes_given_up() {
    let table = Table::with(Faults { refused: Some(30), opens: Some(1), ..Faults::default() });
    let p = TestPipeline::new();
    let tried = pairs(&p, 1..6).try_write_upserts(table.clone(), 2);
    let letters = tried.failed.map(|letter| (letter.element.0, letter.error));
    let closed = || "the table cannot be opened".to_owned();
    assert_that(&letters).contains_in_any_order([(3, closed()), (4, closed()), (5, closed())]);
    p.run_with(&LocalRunner::new().parallelism(1)).unwrap();
    assert_eq!(table.rows(), [(1, 10), (2, 20)]);
}

/// Takes numbers one after the other; the table has the greatest of each group, under that number.
fn bests(p: &Pipeline, numbers: impl IntoIterator<Item = u64>) -> PCollection<(u64, u64)> {
    let each = Trigger::repeatedly(Trigger::after_count(1));
    let so_far = Windowing::global().trigger(each, Accumulation::Retracting);
    let so_far = so_far.on_time_behavior(OnTimeBehavior::FireIfNonEmpty);
    let at = Timestamp::from_millis(1);
    let numbers = numbers.into_iter().fold(TestStream::new(), |stream, n| stream.element(at, (n % 2, n)));
    p.apply(numbers).window(so_far).combine_per_key(Max).map(|(group, best)| (best, group))
}

#[test]
fn what_is_taken_back_is_deleted_and_a_letter_says_if_it_cannot_be() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let table = Table::with(Faults { undeletable: Some(3), ..away() });
        let p = TestPipeline::new();
        let tried = bests(&p, 1..10).try_write_upserts(table.clone(), 20).named("Bests");
        let letters = tried.failed.map(|letter| (letter.element, letter.pane.is_retraction(), letter.error));
        let stay = |n: u64| ((n, n % 2), true, format!("{n} is there to stay"));
        assert_that(&letters).contains_in_any_order([stay(3), stay(6)]);
        // 9 results, of which 7 are taken back, 2 of them in vain; none of these is taken for another result.
        assert_that(&tried.ok).has_count(9 + 5);
        p.run_with(&runner).unwrap();
        assert_eq!(table.rows(), [(3, 1), (6, 0), (8, 0), (9, 1)]);
    });
}

#[test]
fn letters_go_back_to_the_table_as_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    let table = Table::with(Faults { undeletable: Some(3), ..Faults::default() });
    let p = Pipeline::new();
    let tried = bests(&p, 1..10).try_write_upserts(table.clone(), 2).named("Bests");
    tried.failed.write(dead_letters::write(&file));
    p.run_with(&LocalRunner::new().parallelism(1)).unwrap();
    assert_eq!(table.rows(), [(3, 1), (6, 0), (8, 0), (9, 1)]);

    let mended = Table { state: table.state.clone(), ..Table::default() };
    let p = TestPipeline::new();
    let again = bests(&p, []).replaying("Bests", &letters_in(&p, &file));
    let tried = again.try_write_upserts(mended, 2).named("Bests");
    assert_that(&tried.failed).is_empty();
    p.run();
    assert_eq!(table.rows(), [(8, 0), (9, 1)]);
}

/// A change that waits for its next attempt holds up those behind it.
#[test]
fn changes_of_a_key_keep_their_order() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let table = Table::with(away());
        let each = Trigger::repeatedly(Trigger::after_count(1));
        let so_far = Windowing::global().trigger(each, Accumulation::Accumulating);
        let at = Timestamp::from_millis(1);
        let points = (0..60).fold(TestStream::new(), |stream, n| stream.element(at, (n % 4, 1)));
        let p = TestPipeline::new();
        let sums = p.apply(points).window(so_far).combine_per_key(Sum);
        let tried = sums.try_write_upserts(table.clone(), Retry::attempts(40).backoff(SECOND, SECOND));
        assert_that(&tried.failed).is_empty();
        p.run_with(&runner).unwrap();
        assert_eq!(table.rows(), [(0, 15), (1, 15), (2, 15), (3, 15)]);
    });
}

/// Runs with these faults on one thread, where the first change to fail is always the same one; returns the error.
fn error_of(faults: Faults, read: bool) -> beamline::Error {
    let p = TestPipeline::new();
    let tried = pairs(&p, 1..50).try_write_upserts(Table::with(faults), 2).named("Table");
    if read {
        tried.failed.inspect(|_| ());
    }
    let error = p.run_with(&LocalRunner::new().parallelism(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    error
}

#[test]
fn what_no_further_attempt_can_mend_fails_the_pipeline() {
    let refusing = Faults { refused: Some(30), ..Faults::default() };
    let cases: [(_, _, &[_]); 3] = [
        (refusing, false, &["30 is no value", "at: element [3,30]", "read the `failed` output"]),
        (Faults { breaks: true, ..away() }, true, &["the table is damaged"]),
        (Faults { opens: Some(0), ..Faults::default() }, true, &["the table cannot be opened"]),
    ];
    for (faults, read, parts) in cases {
        let text = error_of(faults, read).to_string();
        assert!(text.contains("step 'Table' (tests/sinks/tried/tables.rs:"), "{text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn failures_are_counted_over_all_workers() {
    for seed in 0..6 {
        let run = |most: f64| {
            let p = TestPipeline::new();
            let table = Table::with(Faults { refused: Some(40), ..Faults::default() });
            let tried = pairs(&p, 1..81).try_write_upserts(table, 1);
            tried.fail_above(FailureLimit::share(most)).named("Table");
            p.run_with(&runner(seed).0).map_err(|error| error.to_string())
        };
        let metrics = run(0.25).unwrap().metrics;
        assert_eq!(metrics.value("Table", "dropped_failed"), Some(Value::Counter(20)));
        let error = run(0.24).unwrap_err();
        assert!(error.contains("more than 24% of the elements failed: 20 of 80"), "{error}");
    }
}

#[test]
fn what_can_never_be_tried_is_refused() {
    let p = Pipeline::new();
    pairs(&p, 0..1).try_write_upserts(Table::default(), 0);
    let error = p.graph().err().expect("it is refused").to_string();
    assert!(error.contains("with 0 attempts") && error.contains("tests/sinks/tried/tables.rs:"), "{error}");
}

#[test]
fn a_stream_that_is_drained_or_stopped_makes_all_changes_of_what_was_read() {
    for (end, seed) in [beamline::JobControl::drain as fn(&_), beamline::JobControl::stop].into_iter().zip([3, 4]) {
        let table = Table::with(away());
        let (p, (runner, _)) = (Pipeline::new(), runner(seed));
        let (read, control) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None::<beamline::JobControl>)));
        let (seen, stop) = (read.clone(), control.clone());
        let numbers = p.read(generate(100.0, |n| (n, n))).inspect(move |(n, _)| {
            let mut seen = seen.lock().unwrap();
            seen.push((*n, *n));
            if seen.len() >= 40 {
                stop.lock().unwrap().iter().for_each(end);
            }
        });
        let tried = numbers.try_write_upserts(table.clone(), Retry::attempts(40).backoff(SECOND, SECOND));
        tried.failed.inspect(|_| panic!("all are written in the end"));
        let handle = runner.start(&p.graph().unwrap()).unwrap();
        *control.lock().unwrap() = Some(handle.control());
        assert!(handle.wait().unwrap().ending.left_behind().is_empty());
        assert_eq!(table.rows(), sorted(read.lock().unwrap().clone()));
    }
}
