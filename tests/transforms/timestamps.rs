//! Timestamps, windows and panes stay with their elements.

use crate::support::{everywhere, nothing, spread};
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{Pane, Window};
use beamline::{Element, Next, Reader, Source, SourceBatch, SplitTarget};

/// Numbers with the timestamps that they say, but for those that are multiples of 5.
#[derive(Clone)]
struct Stamped(u64);

impl Source for Stamped {
    type Out = u64;
    type Split = (u64, u64);
    type Reader = StampedReader;
    fn label(&self) -> String {
        "Stamped".to_owned()
    }
    fn splits(&self, target: &SplitTarget) -> Result<Vec<(u64, u64)>, BoxError> {
        let parts = target.parallelism as u64;
        Ok((0..parts).map(|i| (self.0 * i / parts, self.0 * (i + 1) / parts)).collect())
    }
    fn describe(&self, (from, to): &(u64, u64)) -> String {
        format!("numbers {from} to {to}")
    }
    fn open(&self, (from, to): (u64, u64)) -> Result<StampedReader, BoxError> {
        Ok(StampedReader(from, to))
    }
}

struct StampedReader(u64, u64);

impl Reader for StampedReader {
    type Out = u64;
    type Split = (u64, u64);
    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        while self.0 < self.1 && !out.is_full() {
            if self.0.is_multiple_of(5) {
                out.push(self.0);
            } else {
                out.push_at(self.0, time_of(self.0));
            }
            self.0 += 1;
        }
        Ok(if self.0 < self.1 { Next::More } else { Next::Done })
    }
}

fn time_of(n: u64) -> Timestamp {
    if n.is_multiple_of(5) { Timestamp::MIN } else { Timestamp::from_millis(n as i64) }
}

/// Pairs each element with its timestamp.
#[derive(Clone)]
struct Reify;

impl<T: Element> DoFn<T> for Reify {
    type Out = (T, Timestamp);
    fn process(&mut self, element: T, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        assert_eq!(cx.window(), Window::GLOBAL);
        cx.emit((element, cx.timestamp()));
        Ok(())
    }
}

/// The numbers below a limit that are not multiples of 7, each with its time.
fn expected(limit: u64) -> impl Iterator<Item = (u64, Timestamp)> {
    (0..limit).filter(|n| n % 7 != 0).map(|n| (n, time_of(n)))
}

fn has_times(numbers: &PCollection<u64>) {
    assert_that(&numbers.filter(|n| n % 7 != 0).par_do(Reify)).contains_in_any_order(expected(500));
}

#[derive(OutputEnum)]
enum Third {
    First(u64),
    Second(u64),
    Rest(u64),
}

fn third(n: u64) -> Third {
    match n % 3 {
        0 => Third::First(n),
        1 => Third::Second(n),
        _ => Third::Rest(n),
    }
}

#[test]
fn through_every_step_without_a_shuffle() {
    everywhere(|p| {
        let numbers = p.read(Stamped(500));
        has_times(&numbers);
        has_times(&numbers.map(|n| n));
        has_times(&numbers.map(|n| n.to_string()).map(|n| n.parse().unwrap()));
        has_times(&numbers.inspect(|_| ()).filter(|n| n % 7 != 0));
        has_times(&numbers.flat_map(|n| Some(n).filter(|n| n % 7 != 0)));
        has_times(&numbers.flat_map_with(|n, out| out.emit(*n)));
        has_times(&numbers.key_by(|n| *n).swap().keys());
        has_times(&p.flatten(&numbers.partition(3, |n| *n as usize % 3)));
        let parts = numbers.split_with(third);
        has_times(&p.flatten([&parts.first, &parts.second, &parts.rest]));
        let tried = numbers.try_map(|n| if n % 2 == 0 { Ok(*n) } else { Err("odd") });
        assert_that(&tried.failed).satisfies(|failed| {
            assert!(failed.iter().all(|failure| failure.timestamp == time_of(failure.element)));
        });
        has_times(&tried.ok.flatten_with(&tried.failed.map(|failure| failure.element)));
    });
}

#[test]
fn through_shuffles_that_keep_elements() {
    everywhere(|p| {
        let numbers = p.read(Stamped(500));
        has_times(&numbers.reshuffle());
        has_times(&numbers.reshuffle().map(|n| n).reshuffle());
        let parts = numbers.partition(2, |n| *n as usize % 2);
        has_times(&parts[0].flatten_with(&parts[1].reshuffle()).flatten_with(&nothing(p)));
        // Held for a side input that is made of the same elements.
        let count = numbers.count().as_singleton();
        has_times(&numbers.with_side(count).map(|n, count| n * count / count));
    });
}

/// Emits each number at its own time and at three others, out of order.
#[derive(Clone)]
struct Scatter;

impl DoFn<u64> for Scatter {
    type Out = u64;
    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        let at = |n: u64| Timestamp::from_millis(n as i64);
        cx.emit_at(at(n + 1000), n);
        cx.emit(n);
        cx.emit_at(at(n + 500), n);
        cx.emit_at(at(0), n);
        cx.emit(n);
        Ok(())
    }
}

#[test]
fn that_a_dofn_gives() {
    everywhere(|p| {
        let scattered = spread(p, 0..100u64).par_do(Scatter).map(|n| n).par_do(Reify);
        let times = |n: u64| {
            let at = |n: u64| Timestamp::from_millis(n as i64);
            [at(n + 1000), Timestamp::MIN, at(n + 500), at(0), Timestamp::MIN]
        };
        assert_that(&scattered).contains_in_any_order((0..100).flat_map(|n| times(n).map(|time| (n, time))));
    });
}

/// Pairs each element with its timestamp and its pane.
#[derive(Clone)]
struct ReifyPane;

impl<T: Element> DoFn<T> for ReifyPane {
    type Out = (T, Timestamp, bool);
    fn process(&mut self, element: T, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        cx.emit((element, cx.timestamp(), cx.pane() == Pane::ONLY));
        Ok(())
    }
}

#[test]
fn of_results_are_the_end_of_their_window() {
    const END: Timestamp = Timestamp::END_OF_GLOBAL_WINDOW;
    everywhere(|p| {
        let numbers = p.read(Stamped(100));
        let pairs = numbers.key_by(|n| n % 2);
        assert_that(&numbers.count().par_do(ReifyPane)).contains_in_any_order([(100, END, true)]);
        let sums = pairs.combine_per_key(Sum).par_do(ReifyPane);
        assert_that(&sums).contains_in_any_order([((0, 2450), END, true), ((1, 2500), END, true)]);
        let sizes = pairs.group_by_key().map_values(|group| group.len()).par_do(ReifyPane);
        assert_that(&sizes).contains_in_any_order([((0, 50), END, true), ((1, 50), END, true)]);
        let joined = pairs.join(&pairs).map(|_| ()).distinct().par_do(ReifyPane);
        assert_that(&joined).contains_in_any_order([((), END, true)]);
        assert_that(&nothing::<u8>(p).count().par_do(ReifyPane)).contains_in_any_order([(0, END, true)]);
    });
}
