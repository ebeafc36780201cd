//! Files that the pipeline itself writes to while it reads them.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

/// Each line brings the next one, and the file is renamed now and then.
#[test]
fn a_file_grows_while_it_is_read() {
    for_each_seed(12, |seed| {
        let (_folder, path) = folder();
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all, log) = (control.clone(), seen.clone(), path.join("log"));
        append(&log, "0\n");
        p.read(text::tail(&log)).inspect(move |line| {
            let count = all.add(line);
            if count % 10 == 0 {
                fs::rename(&log, log.with_extension(count.to_string())).unwrap();
            }
            append(&log, &format!("{count}\n"));
            if count == 50 {
                stop.drain();
            }
        });
        let metrics = run(&p, &runner, &control).metrics;
        let lines = seen.take();
        assert!(lines.len() >= 50 && lines.iter().enumerate().all(|(n, line)| *line == n.to_string()), "{lines:?}");
        assert_eq!(metrics.emitted(&format!("text::tail({})", path.join("log").display())), Some(lines.len() as u64));
    });
}

fn time_of(line: &str) -> Option<Timestamp> {
    Some(Timestamp::from_millis(line.split(' ').next()?.parse().ok()?))
}

/// Files come one after the other, each to any worker. One of them is not written to any more, and holds nothing.
#[test]
fn each_file_of_a_folder_has_a_watermark_of_its_own() {
    for_each_seed(12, |seed| {
        let (_folder, path) = folder();
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all, logs) = (control.clone(), seen.clone(), path.clone());
        append(&path.join("silent.log"), "500 once\n");
        append(&path.join("0.log"), "0 begin\n");
        let source = text::watch(path.join("*.log")).growing();
        let in_time =
            source.with_timestamps(|line| time_of(line), Monotonic::default()).idle_after(Duration::from_secs(1));
        let lines = p.read(in_time);
        lines.inspect(move |line| {
            let count = all.add(line) as i64;
            append(&logs.join(format!("{}.log", count / 20)), &format!("{} line\n", count * 100));
        });
        let counts = lines.window(Windowing::fixed(Duration::from_secs(1))).count();
        counts.inspect(move |_| stop.drain());
        let metrics = run(&p, &runner, &control).metrics;
        assert_eq!(metrics.counter("dropped_late"), 0);
        assert!(seen.take().len() >= 12);
    });
}

#[test]
fn files_that_come_are_divided_among_workers() {
    for_each_seed(12, |seed| {
        let (_folder, path) = folder();
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all, dir) = (control.clone(), seen.clone(), path.clone());
        let come = |from: usize, dir: &Path| {
            for n in from..from + 20 {
                append(&dir.join(format!("{n}.tmp")), &format!("{n} a\n{n} b"));
                fs::rename(dir.join(format!("{n}.tmp")), dir.join(format!("{n}.txt"))).unwrap();
            }
        };
        come(0, &path);
        p.read(text::watch(path.join("*.txt"))).inspect(move |line| match all.add(line) {
            40 => come(20, &dir),
            80 => stop.drain(),
            _ => {}
        });
        run(&p, &runner, &control);
        let mut lines = seen.take();
        lines.sort();
        let mut expected: Vec<_> = (0..40).flat_map(|n| [format!("{n} a"), format!("{n} b")]).collect();
        expected.sort();
        assert_eq!(lines, expected);
    });
}
