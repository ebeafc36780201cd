//! Files of collections that go on: a pane is a file, as soon as it is there.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, for_each_seed};
use beamline::{Next, Reader, Source, SourceBatch, SplitTarget};
use std::fs;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn tens() -> Windowing {
    Windowing::fixed(Duration::from_millis(10))
}

/// What is seen of elements and files, in order; a file with what is in it when it is told of.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    fn watch(&self, elements: &PCollection<u64>) -> PCollection<u64> {
        let log = self.clone();
        elements.inspect(move |n| log.add(n.to_string()))
    }

    fn watch_files(&self, files: &PCollection<text::WrittenFile>) {
        let log = self.clone();
        files.for_each(move |file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let mut lines: Vec<_> = fs::read_to_string(&file.path)?.lines().map(str::to_owned).collect();
            lines.sort();
            log.add(format!("{name}={}", lines.join("+")));
            Ok(())
        });
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Writes a stream in some way, on threads and in many orders; returns what was seen, which is always the same.
fn seen(
    stream: impl Fn() -> TestStream<u64>,
    windowing: impl Fn() -> Windowing,
    write: impl Fn(text::WriteFiles) -> text::WriteFiles,
    names: &str,
) -> (Vec<String>, Vec<String>) {
    let run = |p: TestPipeline| {
        let (folder, log) = (Folder::new(), Log::default());
        let elements = log.watch(&p.apply(stream())).window(windowing());
        log.watch_files(&elements.apply(write(text::write_files(folder.path(names)))));
        p.run();
        (log.take(), folder.names())
    };
    let first = run(TestPipeline::new());
    for workers in [1, 4] {
        assert_eq!(run(TestPipeline::new().with_parallelism(workers)), first);
    }
    for_each_seed(20, |seed| assert_eq!(run(TestPipeline::new().with_seed(seed)), first));
    first
}

#[test]
fn a_file_is_there_when_its_window_is_over() {
    let stream = || {
        let stream = TestStream::new().elements([(at(1), 1), (at(2), 2)]).advance_watermark_to(at(10));
        stream.element(at(12), 3).element(at(3), 4).advance_watermark_to(at(30)).element(at(40), 5)
    };
    let (log, names) = seen(stream, tens, |write| write, "{window.start:%S.%3f}");
    // The fourth is late, and the last window is closed by the end of the stream.
    assert_eq!(log, ["1", "2", "00.000=1+2", "3", "4", "00.010=3", "5", "00.040=5"]);
    assert_eq!(names, ["00.000", "00.010", "00.040"]);
}

#[test]
fn every_pane_is_a_file() {
    let stream = || {
        let stream = TestStream::new().element(at(1), 1).element(at(2), 2).element(at(3), 3);
        stream.advance_watermark_to(at(10)).element(at(4), 4).advance_watermark_to(at(100))
    };
    let windowing = || {
        let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(1));
        tens().allowed_lateness(Duration::from_millis(50)).trigger(trigger, Accumulation::Discarding)
    };
    let (log, _) = seen(stream, windowing, |write| write, "{window.start:%3f}-{pane}");
    assert_eq!(log, ["1", "2", "000-0-early=1+2", "3", "000-1-on-time=3", "4", "000-2-late=4"]);
}

#[test]
fn a_pane_that_accumulates_may_take_the_place_of_the_one_before() {
    let stream = || {
        let stream = TestStream::new().element(at(1), 1).element(at(2), 2).element(at(3), 3);
        stream.advance_watermark_to(at(10)).element(at(4), 4).advance_watermark_to(at(100))
    };
    let windowing = || {
        let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(1));
        tens().allowed_lateness(Duration::from_millis(50)).trigger(trigger, Accumulation::Accumulating)
    };
    let (log, names) = seen(stream, windowing, |write| write.replace(true), "{window.start:%3f}");
    assert_eq!(log, ["1", "2", "000=1+2", "3", "000=1+2+3", "4", "000=1+2+3+4"]);
    assert_eq!(names, ["000"]);
}

#[test]
fn a_pane_without_elements_makes_no_file_and_is_counted() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let stream = TestStream::new().element(at(1), 1u64).element(at(2), 2).advance_watermark_to(at(10));
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2));
    let windowing = tens().allowed_lateness(Duration::ZERO).trigger(trigger, Accumulation::Discarding);
    p.apply(stream).window(windowing).apply(text::write_files(folder.path("{window.start:%3f}-{pane}")));
    let metrics = p.run().metrics;
    assert_eq!(folder.names(), ["000-0-early"]);
    assert_eq!((metrics.counter("files_written"), metrics.counter("empty_panes")), (1, 1));
}

#[test]
fn the_global_window_shows_files_when_its_trigger_says() {
    let stream = || TestStream::new().element(at(1), 1).element(at(2), 2).element(at(3), 3);
    let windowing =
        || Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(2)), Accumulation::Discarding);
    let (log, _) = seen(stream, windowing, |write| write, "{window}-{pane.index}-{pane.last}");
    assert_eq!(log, ["1", "2", "global-0-more=1+2", "3", "global-1-last=3"]);
}

#[test]
fn sessions_are_files_when_they_have_ended() {
    let stream = || {
        let stream = TestStream::new().elements([(at(1), 1), (at(8), 2)]).advance_watermark_to(at(18));
        stream.element(at(50), 3).advance_watermark_to(at(100))
    };
    let windowing = || Windowing::sessions(Duration::from_millis(10));
    let (log, _) = seen(stream, windowing, |write| write, "{window}");
    let expected =
        ["1", "2", "19700101T000000.001Z-19700101T000000.018Z=1+2", "3", "19700101T000000.050Z-19700101T000000.060Z=3"];
    assert_eq!(log, expected);
}

/// Numbers without an end, each at so many milliseconds.
#[derive(Clone)]
struct Endless(u64);

impl Source for Endless {
    type Out = u64;
    type Split = ();
    type Reader = Self;

    fn label(&self) -> String {
        "Endless".to_owned()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }
    fn describe(&self, (): &()) -> String {
        "the only one".to_owned()
    }
    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(self.clone())
    }
}

impl Reader for Endless {
    type Out = u64;
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        while !out.is_full() {
            out.push_at(self.0, at(self.0 as i64));
            self.0 += 1;
        }
        Ok(Next::More)
    }

    fn watermark(&self) -> Timestamp {
        at(self.0 as i64)
    }
}

#[test]
fn a_run_that_is_drained_completes_the_files_of_windows_that_are_open() {
    let (folder, (told, first)) = (Folder::new(), channel());
    let p = Pipeline::new();
    let days = p.read(Endless(0)).named("Read").window(Windowing::fixed(Duration::from_hours(24)));
    let watched = days.inspect(move |_| {
        // Only the first is waited for.
        let _ = told.send(());
    });
    watched.apply(text::write_files(folder.path("{window.start:%Y-%m-%d}")));
    let handle = LocalRunner::new().parallelism(2).start(&p.graph().unwrap()).unwrap();
    first.recv().unwrap();
    handle.control().drain();
    let read = handle.wait().unwrap().metrics.emitted("Read").unwrap();
    let rows: Vec<_> = folder.files().into_values().flatten().collect();
    assert_eq!((rows.len() as u64, folder.names().len()), (read, read.div_ceil(86_400_000) as usize));
}
