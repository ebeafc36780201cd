//! Reminders, each at its time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use beamline_bench_data::reminders::Reminder;

use super::EventTime;

/// A heap of what is pending: none of it is ever taken back.
#[derive(Clone, Debug, Default)]
pub struct Timers(BinaryHeap<Reverse<Reminder>>);

impl EventTime for Timers {
    type In = Reminder;
    type Out = Reminder;

    #[inline]
    fn add(&mut self, reminder: Reminder) {
        self.0.push(Reverse(reminder));
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Reminder)) -> bool {
        let due = self.0.peek().is_some_and(|Reverse(first)| first.millis < watermark);
        if due && let Some(Reverse(first)) = self.0.pop() {
            emit(first);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_in_the_order_of_time_when_that_has_passed() {
        let (mut timers, mut come) = (Timers::default(), Vec::new());
        let at = |millis| Reminder { millis, user: 1, what: 2 };
        [30, 10, 20].into_iter().for_each(|millis| timers.add(at(millis)));
        while timers.advance(30, |reminder| come.push(reminder)) {}
        assert_eq!(come, [at(10), at(20)]);
        while timers.advance(i64::MAX, |reminder| come.push(reminder)) {}
        assert_eq!(come[2..], [at(30)]);
    }
}
