//! Tables that a pipeline keeps up to date.

use super::panes::{SECOND, at};
use beamline::combine::{Max, Sum};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, OnTimeBehavior, Trigger, Windowing};
use beamline::{BoxError, PCollection, Shard, Timestamp, Upsert, UpsertSink, UpsertTable, UpsertWriter};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

type Score = (String, u64);

fn score(seconds: i64, player: &str, points: u64) -> (Timestamp, Score) {
    (at(seconds), (player.to_owned(), points))
}

fn each(accumulation: Accumulation) -> Windowing {
    Windowing::global()
        .trigger(Trigger::repeatedly(Trigger::after_count(1)), accumulation)
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty)
}

/// Some scores at a time; each player's points are different, and their order is any.
fn scores() -> impl Iterator<Item = (Timestamp, Score)> {
    (0..60).map(|n| score(n, ["ann", "bob", "cid", "dan"][n as usize % 4], (n * 17 % 61) as u64))
}

fn played_in_fours() -> TestStream<Score> {
    let scores: Vec<_> = scores().collect();
    scores.chunks(4).fold(TestStream::new(), |stream, some| stream.elements(some.to_vec()))
}

fn run(check: impl Fn(TestPipeline)) {
    for batch_size in [1, 4] {
        check(TestPipeline::new().with_parallelism(1).with_batch_size(batch_size));
        check(TestPipeline::new().with_parallelism(4).with_batch_size(batch_size));
    }
    for_each_seed(60, |seed| check(TestPipeline::new().with_parallelism(3).with_seed(seed)));
}

#[test]
fn a_table_has_the_latest_value_of_each_key() {
    let mut expected = HashMap::<String, u64>::new();
    scores().for_each(|(_, (player, points))| *expected.entry(player).or_default() += points);
    for accumulation in [Accumulation::Accumulating, Accumulation::Retracting] {
        run(|p| {
            let totals = UpsertTable::new();
            p.apply(played_in_fours()).window(each(accumulation)).combine_per_key(Sum).write_upserts(totals.clone());
            p.run();
            assert_eq!(totals.snapshot(), expected);
            assert_eq!(totals.get("ann"), Some(expected["ann"]));
            assert_eq!(totals.get("zoe"), None);
            assert_eq!(totals.len(), 4);
        });
    }
}

/// Keys of the table are not those that results were made by, and some results are left out.
#[test]
fn what_is_taken_back_goes_from_the_table() {
    run(|p| {
        let table = UpsertTable::new();
        let bests = p.apply(played_in_fours()).window(each(Accumulation::Retracting)).combine_per_key(Max);
        let holders = bests.filter(|(_, best)| best % 2 == 0).map(|(player, best)| (best, player));
        holders.write_upserts(table.clone());
        p.run();
        let mut bests = BTreeMap::<String, u64>::new();
        scores().for_each(|(_, (player, points))| {
            let best = bests.entry(player).or_default();
            *best = points.max(*best);
        });
        let holders = bests.into_iter().filter(|(_, best)| best % 2 == 0).map(|(player, best)| (best, player));
        assert_eq!(table.snapshot(), holders.collect());
    });
}

/// Takes down what its writers are told, and by which of them.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(u32, Upsert<String, u64>)>>>);

struct LogWriter(Log, u32);

impl UpsertSink<String, u64> for Log {
    type Writer = LogWriter;

    fn label(&self) -> String {
        "Log".to_owned()
    }

    fn open(&self, shard: Shard) -> Result<LogWriter, BoxError> {
        Ok(LogWriter(self.clone(), shard.index))
    }
}

impl UpsertWriter<String, u64> for LogWriter {
    fn upsert(&mut self, key: String, value: u64) -> Result<(), BoxError> {
        self.0.0.lock().unwrap().push((self.1, Upsert::Put(key, value)));
        Ok(())
    }

    fn delete(&mut self, key: String) -> Result<(), BoxError> {
        self.0.0.lock().unwrap().push((self.1, Upsert::Delete(key)));
        Ok(())
    }
}

#[test]
fn a_key_has_one_writer_and_is_never_missing_between_two_values() {
    run(|p| {
        let log = Log::default();
        let totals = p.apply(played_in_fours()).window(each(Accumulation::Retracting)).combine_per_key(Sum);
        totals.write_upserts(log.clone());
        p.run();
        let mut last = HashMap::<String, (u32, u64)>::new();
        for (writer, upsert) in log.0.lock().unwrap().drain(..) {
            let Upsert::Put(player, total) = upsert else { panic!("{upsert:?} though there is always a total") };
            let before = last.insert(player, (writer, total));
            assert!(before.is_none_or(|(other, before)| other == writer && before <= total), "totals only grow");
        }
    });
}

/// What an element has changed can be seen when the next one comes.
#[test]
fn a_table_is_read_while_the_pipeline_runs() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let totals = UpsertTable::new();
        let points = [3, 4, 5].map(|points| score(1, "ann", points)).into_iter();
        let points = p.apply(points.fold(TestStream::new(), |stream, (time, score)| stream.element(time, score)));
        points.window(each(Accumulation::Accumulating)).combine_per_key(Sum).write_upserts(totals.clone());
        let before = points.map(move |(player, _)| totals.get(&player));
        assert_that(&before).contains_in_any_order([None, Some(3), Some(7)]);
        p.run();
    });
}

#[test]
fn values_in_windows_have_the_window_in_their_key() {
    let p = TestPipeline::new();
    let table = UpsertTable::new().named("Tens");
    let late_too = Windowing::fixed(10 * SECOND).allowed_lateness(60 * SECOND).accumulation(Accumulation::Retracting);
    let stream = TestStream::new()
        .elements([score(1, "ann", 1), score(12, "ann", 2)])
        .advance_watermark_to(at(30))
        .element(at(3), ("ann".to_owned(), 4));
    let sums = p.apply(stream).window(late_too).combine_per_key(Sum).reify_windows();
    let by_window = sums.map(|sum| ((sum.value.0, sum.window.start.millis()), sum.value.1));
    by_window.write_upserts(table.clone());
    let result = p.run();
    let expected = [("ann", 0, 5), ("ann", 10_000, 2)].map(|(player, start, sum)| ((player.to_owned(), start), sum));
    assert_eq!(table.snapshot(), HashMap::from(expected));
    let written = result.metrics.steps.iter().find(|step| step.step == "Tens").map(|step| step.emitted);
    assert_eq!(written, Some(3), "two values, and a new one in place of the first");
}

/// Fails when it is opened, or when it is told a value.
#[derive(Clone)]
struct Broken {
    opens: bool,
}

impl UpsertSink<String, u64> for Broken {
    type Writer = Self;

    fn label(&self) -> String {
        "Broken".to_owned()
    }

    fn open(&self, _: Shard) -> Result<Self, BoxError> {
        if self.opens { Ok(self.clone()) } else { Err("no such table".into()) }
    }
}

impl UpsertWriter<String, u64> for Broken {
    fn upsert(&mut self, _: String, _: u64) -> Result<(), BoxError> {
        Err("the disk is full".into())
    }

    fn delete(&mut self, _: String) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn errors_tell_the_step_and_the_row() {
    let error = |opens| {
        let p = TestPipeline::new();
        let bests: PCollection<Score> = p.create([("ann".to_owned(), 3)]);
        bests.write_upserts(Broken { opens }).named("Bests");
        p.try_run().expect_err("it is broken").to_string()
    };
    let opening = error(false);
    assert!(opening.contains("step 'Bests' (tests/streams/upserts.rs:"), "{opening}");
    assert!(opening.contains("no such table"), "{opening}");
    let writing = error(true);
    assert!(writing.contains("the disk is full"), "{writing}");
    assert!(writing.contains(r#"element {"Put":["ann",3]}"#), "{writing}");
}
