//! How far a run is: a bar on a terminal, lines elsewhere.

use super::options::When;
use super::terminal::{say, seconds};
use crate::Progress;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// How often the display should be updated. What ends sooner shows nothing.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(1);

const WITH_TOTAL: &str = "{bar:30} {percent:>3}%  {bytes} of {total_bytes}, {msg}";
const WITHOUT_TOTAL: &str = "{spinner} {bytes}, {msg}";

/// Shows progress.
pub(super) struct Display {
    place: Place,
    start: Instant,
}

enum Place {
    Nowhere,
    /// Without a bar until there is something to show.
    Terminal(Option<ProgressBar>),
    /// Lines, so many so far.
    Log(u32),
}

impl Display {
    pub(super) fn new(when: When, start: Instant) -> Self {
        let place = match (when, stderr().is_terminal()) {
            (When::Never, _) | (When::Auto, false) => Place::Nowhere,
            (When::Auto | When::Always, true) => Place::Terminal(None),
            (When::Always, false) => Place::Log(0),
        };
        Self { place, start }
    }

    pub(super) fn update(&mut self, progress: Progress) {
        let elapsed = self.start.elapsed();
        match &mut self.place {
            Place::Nowhere => {}
            Place::Terminal(bar) => update_bar(bar, progress, elapsed),
            Place::Log(lines) => {
                if elapsed >= LINE_EVERY * (*lines + 1) {
                    *lines = elapsed.div_duration_f64(LINE_EVERY) as u32;
                    say(line(progress, elapsed));
                }
            }
        }
    }

    /// Says something beside it.
    pub(super) fn say(&self, text: &str) {
        match &self.place {
            Place::Terminal(Some(bar)) => bar.suspend(|| say(text)),
            _ => say(text),
        }
    }
}

impl Drop for Display {
    /// Nothing of a bar remains.
    fn drop(&mut self) {
        if let Place::Terminal(Some(bar)) = &self.place {
            bar.finish_and_clear();
        }
    }
}

fn update_bar(bar: &mut Option<ProgressBar>, progress: Progress, elapsed: Duration) {
    let is_new = bar.is_none();
    let bar = bar.get_or_insert_with(|| hidden_bar(progress.total_bytes));
    bar.set_position(progress.bytes_read);
    bar.set_message(speed(progress, elapsed));
    if is_new {
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(20));
    }
    bar.tick();
}

fn hidden_bar(total: Option<u64>) -> ProgressBar {
    let template = if total.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_style(style)
}

/// A line for a log.
fn line(progress: Progress, elapsed: Duration) -> String {
    let read = HumanBytes(progress.bytes_read);
    let speed = speed(progress, elapsed);
    match progress.total_bytes {
        Some(total @ 1..) => {
            format!("{:>3}%  {read} of {}, {speed}", progress.bytes_read * 100 / total, HumanBytes(total))
        }
        _ => format!("{read}, {speed}"),
    }
}

/// How fast it was so far, and how long it would take at that rate.
fn speed(progress: Progress, elapsed: Duration) -> String {
    let rate = progress.bytes_read as f64 / elapsed.as_secs_f64().max(1e-3);
    let text = format!("{}/s", HumanBytes(rate as u64));
    match progress.total_bytes.map(|total| total.saturating_sub(progress.bytes_read)) {
        Some(0) => format!("{text}, all read"),
        Some(left) if rate >= 1.0 => {
            format!("{text}, {} left", seconds(Duration::from_secs((left as f64 / rate) as u64)))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_can() {
        let text = |bytes_read, total_bytes| {
            line(Progress { bytes_read, total_bytes, is_finished: false }, Duration::from_secs(3))
        };
        assert_eq!(text(3 << 20, Some(12 << 20)), " 25%  3.00 MiB of 12.00 MiB, 1.00 MiB/s, 9 s left");
        assert_eq!(text(3 << 20, Some(3 << 20)), "100%  3.00 MiB of 3.00 MiB, 1.00 MiB/s, all read");
        assert_eq!(text(3 << 20, None), "3.00 MiB, 1.00 MiB/s");
        assert_eq!(text(0, Some(2)), "  0%  0 B of 2 B, 0 B/s");
        assert_eq!(text(0, Some(0)), "0 B, 0 B/s, all read");
    }
}
