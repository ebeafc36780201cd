//! Query 10.

use std::collections::BTreeMap;
use std::fs;

use beamline_nexmark::events::{Event, Events};
use beamline_nexmark::queries::q10::{SHARDS, log_to_files};

use super::agreement::{run, streams};
use super::reference::windows::ten_seconds;

#[test]
fn q10_log_to_files() {
    for stream in streams() {
        for source in [Events::generated(stream), Events::generated(stream).live()] {
            let folder = tempfile::tempdir().unwrap();
            let mut logged: BTreeMap<_, Vec<String>> = BTreeMap::new();
            for (window, file) in run(source, 4, |events| log_to_files(events, folder.path())) {
                assert!(file.shard < SHARDS);
                let text = fs::read_to_string(&file.path).unwrap();
                assert_eq!(text.lines().count() as u64, file.rows);
                logged.entry(window).or_default().extend(text.lines().map(str::to_owned));
            }
            assert_eq!(sorted(logged), sorted(expected(&stream.iter().collect::<Vec<_>>())));
        }
    }
}

fn expected(events: &[Event]) -> BTreeMap<beamline::window::Window, Vec<String>> {
    let mut lines: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        lines.entry(ten_seconds(event.date_time())).or_default().push(serde_json::to_string(event).unwrap());
    }
    lines
}

fn sorted<K: Ord>(mut lines: BTreeMap<K, Vec<String>>) -> BTreeMap<K, Vec<String>> {
    lines.values_mut().for_each(|lines| lines.sort_unstable());
    lines
}
