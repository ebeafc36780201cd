//! Whatever is written, and however: each element is in exactly one file, which has the right name.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// An element: when, for whom, and what.
type Row = (i64, String, u32);

#[derive(Clone, Debug)]
struct Case {
    rows: Vec<Row>,
    /// In milliseconds.
    window: u64,
    shards: u32,
    max_rows: Option<u64>,
    has_age: bool,
    is_stream: bool,
    workers: usize,
    batch: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let row = (0i64..50, "[ab./%]{0,3}", 0u32..1000);
    let rows = prop::collection::vec(row, 0..40);
    let how = (1u64..20, 1u32..4, prop::option::of(1u64..5), any::<bool>(), any::<bool>());
    (rows, how, 1usize..4, 1usize..6).prop_map(|(rows, how, workers, batch)| {
        let (window, shards, max_rows, has_age, is_stream) = how;
        Case { rows, window, shards, max_rows, has_age, is_stream, workers, batch }
    })
}

fn read(p: &Pipeline, case: &Case) -> PCollection<Row> {
    let at = |row: &Row| Timestamp::from_millis(row.0);
    if !case.is_stream {
        return p.create(case.rows.clone()).with_timestamps(at);
    }
    let elements = case.rows.iter().fold(TestStream::new(), |stream, row| stream.element(at(row), row.clone()));
    p.apply(elements)
}

/// Writes all rows as `WINDOW,DESTINATION,NUMBER` to files whose names begin with the first and end with the second.
fn write(case: &Case, folder: &Folder) {
    let p = TestPipeline::new().with_parallelism(case.workers).with_batch_size(case.batch);
    let rows = read(&p, case).window(Windowing::fixed(Duration::from_millis(case.window)));
    let window = case.window as i64;
    let lines = rows.map(move |(at, to, n)| format!("{},{to},{n}", at / window * window));
    let mut write = text::write_files(folder.path("{window.start:%3f}-{shard.index}-{part}/{destination}.txt"));
    write = case.max_rows.map_or(write.clone(), |rows| write.max_rows(rows));
    if case.has_age {
        write = write.max_age(Duration::from_hours(1));
    }
    let to = |line: &String| line.split(',').nth(1).unwrap_or_default().to_owned();
    lines.apply(write.shards(case.shards).destination(to));
    p.run();
}

/// The lines that the files of a window and a destination should have.
fn expected(case: &Case) -> BTreeMap<(i64, String), Vec<String>> {
    let mut expected = BTreeMap::<_, Vec<_>>::new();
    for (at, to, n) in &case.rows {
        let start = at / case.window as i64 * case.window as i64;
        expected.entry((start, to.clone())).or_default().push(format!("{start},{to},{n}"));
    }
    expected.values_mut().for_each(|lines| lines.sort());
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn each_element_is_in_one_file(case in cases()) {
        let folder = Folder::new();
        write(&case, &folder);
        let mut found = BTreeMap::<(i64, String), Vec<String>>::new();
        let mut names = BTreeMap::<String, String>::new();
        for (name, lines) in folder.files() {
            prop_assert!(!lines.is_empty() && lines.len() as u64 <= case.max_rows.unwrap_or(u64::MAX), "{name}: {lines:?}");
            let (facts, escaped) = name.split_once('/').unwrap();
            let (start, shard) = (&facts[..3], &facts[4..9]);
            prop_assert!(shard.parse::<u32>().unwrap() < case.shards);
            let to = lines[0].split(',').nth(1).unwrap().to_owned();
            prop_assert_eq!(names.entry(escaped.to_owned()).or_insert_with(|| to.clone()), &to);
            found.entry((start.parse().unwrap(), to)).or_default().extend(lines);
        }
        found.values_mut().for_each(|lines| lines.sort());
        prop_assert_eq!(found, expected(&case));
        let destinations: std::collections::BTreeSet<_> = names.values().collect();
        prop_assert_eq!(destinations.len(), names.len(), "a destination has one name");
    }
}
