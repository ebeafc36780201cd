//! Many timers that are set at once, and then come in the order of their time, by hand.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::reminders::{Reminder, reminder};

/// How many reminders are pending at once, and of how many users.
#[derive(Clone, Copy, Debug)]
pub struct Reminders {
    /// How many users are to be reminded.
    pub users: u64,
    /// How many reminders there are.
    pub count: u64,
}

impl Reminders {
    fn all(self) -> impl Iterator<Item = Reminder> {
        (0..self.count).map(move |index| reminder(self.users, index))
    }
}

/// A heap: the least that timers can cost. None of them can be taken back, or be set to another time.
pub fn in_a_heap(reminders: Reminders) -> u64 {
    let mut heap = BinaryHeap::new();
    reminders.all().for_each(|reminder| heap.push(Reverse(reminder)));
    std::iter::from_fn(|| heap.pop()).fold(0, |sum, Reverse(reminder)| sum.wrapping_add(reminder.digest()))
}

/// Timers that are found by their users and tags, so that they can be taken back, or be set to another time.
#[derive(Default)]
struct Timers {
    times: HashMap<(u64, u32), i64, FixedState>,
    order: BTreeSet<Reminder>,
}

impl Timers {
    fn set(&mut self, reminder: Reminder) {
        let Reminder { millis, user, what } = reminder;
        if let Some(millis) = self.times.insert((user, what), millis) {
            self.order.remove(&Reminder { millis, user, what });
        }
        self.order.insert(reminder);
    }

    fn take_first(&mut self) -> Option<Reminder> {
        let first = self.order.pop_first()?;
        self.times.remove(&(first.user, first.what));
        Some(first)
    }
}

/// A tree in the order of time beside a table by user and tag.
pub fn in_a_tree(reminders: Reminders) -> u64 {
    let mut timers = Timers::default();
    reminders.all().for_each(|reminder| timers.set(reminder));
    std::iter::from_fn(|| timers.take_first()).fold(0, |sum, reminder| sum.wrapping_add(reminder.digest()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reminders_come() {
        let reminders = Reminders { users: 50, count: 5_000 };
        let sum = reminders.all().fold(0u64, |sum, reminder| sum.wrapping_add(reminder.digest()));
        assert_eq!(in_a_heap(reminders), sum);
        assert_eq!(in_a_tree(reminders), sum);
    }

    #[test]
    fn a_timer_that_is_set_anew_comes_once() {
        let mut timers = Timers::default();
        let at = |millis| Reminder { millis, user: 1, what: 2 };
        timers.set(at(10));
        timers.set(at(5));
        assert_eq!((timers.take_first(), timers.take_first()), (Some(at(5)), None));
    }
}
