//! What happens beside a run: progress, status, warnings, and its end after a time.

use super::interrupt::{Ending, Interrupt};
use super::options::Options;
use super::progress::{Display, TICK};
use crate::JobHandle;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Looks after a run.
pub(super) struct Watch<'a> {
    handle: &'a JobHandle,
    display: Display,
    start: Instant,
    drain_after: Option<Duration>,
    stop_after: Option<Duration>,
    status_every: Option<Duration>,
    /// How many periods were over when the status was said last.
    said: u128,
    /// What has been said of the end.
    announced: Option<Ending>,
    /// What is to be said of what has gone wrong.
    warnings: Receiver<String>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(handle: &'a JobHandle, options: &Options, start: Instant, warnings: Receiver<String>) -> Self {
        let display = Display::new(options.progress, start);
        let Options { drain_after, stop_after, status_every, .. } = *options;
        Self { handle, display, start, drain_after, stop_after, status_every, said: 0, announced: None, warnings }
    }

    /// Comes back when all workers have ended.
    pub(super) fn until_ended(mut self, interrupt: &Interrupt) {
        while !self.handle.wait_for(TICK) {
            self.display.update(self.handle.progress());
            self.announce(interrupt.ending());
            self.drain_in_time();
            self.stop_in_time();
            self.say_status();
            self.say_warnings();
        }
        self.say_warnings();
        self.announce(interrupt.ending());
    }

    fn announce(&mut self, ending: Option<Ending>) {
        if ending == self.announced {
            return;
        }
        self.announced = ending;
        match ending {
            Some(Ending::Drain) => self
                .display
                .say("draining: nothing more is read, and all windows close; Ctrl-C again to stop without output"),
            Some(Ending::Cancel) => self
                .display
                .say("stopping when the steps are through with what they have; Ctrl-C again to stop at once"),
            _ => {}
        }
    }

    fn drain_in_time(&mut self) {
        if self.drain_after.is_some_and(|time| self.start.elapsed() >= time) {
            self.drain_after = None;
            self.display.say("draining: the time is over; nothing more is read, and all windows close");
            self.handle.control().drain();
        }
    }

    fn say_warnings(&self) {
        self.warnings.try_iter().for_each(|warning| self.display.say(&warning));
    }

    fn stop_in_time(&mut self) {
        if self.stop_after.is_some_and(|time| self.start.elapsed() >= time) {
            self.stop_after = None;
            self.display.say("stopping: the time is over; nothing more is read, and open windows stay open");
            self.handle.control().stop();
        }
    }

    fn say_status(&mut self) {
        let Some(every) = self.status_every else { return };
        let periods = periods(self.start.elapsed(), every);
        if periods > self.said {
            self.said = periods;
            self.display.say(&self.handle.status().to_string());
        }
    }
}

/// How many whole periods are over. Those that nobody has seen, because the machine was asleep, are not made up for.
fn periods(elapsed: Duration, every: Duration) -> u128 {
    elapsed.as_nanos() / every.as_nanos().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole() {
        let periods = |millis| periods(Duration::from_millis(millis), Duration::from_secs(10));
        assert_eq!([0, 9_999, 10_000, 36_000_001].map(periods), [0, 0, 1, 3_600]);
    }
}
