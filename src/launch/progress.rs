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

const WITH_TOTAL: &str = "{bar:30} {percent:>3}%  {bytes} of {total_bytes}  {bytes_per_sec}  {msg}";
const WITHOUT_TOTAL: &str = "{spinner} {bytes}  {bytes_per_sec}  {elapsed}";

/// Where progress is shown.
pub(super) enum Display {
    Nothing,
    Bar(ProgressBar),
    Lines(Lines),
}

impl Display {
    pub(super) fn new(when: When, now: Instant) -> Self {
        match (when, stderr().is_terminal()) {
            (When::Never, _) | (When::Auto, false) => Self::Nothing,
            (When::Auto | When::Always, true) => Self::Bar(ProgressBar::hidden()),
            (When::Always, false) => Self::Lines(Lines { start: now, printed: 0 }),
        }
    }

    pub(super) fn update(&mut self, progress: Progress, now: Instant) {
        match self {
            Self::Nothing => {}
            Self::Bar(bar) => update_bar(bar, progress),
            Self::Lines(lines) => lines.update(progress, now),
        }
    }

    /// Says something beside it.
    pub(super) fn say(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| say(text)),
            _ => say(text),
        }
    }

    /// Nothing of a bar remains.
    pub(super) fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn update_bar(bar: &mut ProgressBar, progress: Progress) {
    if bar.is_hidden() {
        *bar = visible_bar(progress.total_bytes);
    }
    let is_read = Some(progress.bytes_read) == progress.total_bytes;
    bar.set_message(if is_read { "all read".to_owned() } else { format!("{} left", seconds(bar.eta())) });
    bar.set_position(progress.bytes_read);
    bar.tick();
}

fn visible_bar(total: Option<u64>) -> ProgressBar {
    let template = if total.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new).with_style(style);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    bar
}

/// Lines for a log.
pub(super) struct Lines {
    start: Instant,
    printed: u32,
}

impl Lines {
    fn update(&mut self, progress: Progress, now: Instant) {
        let elapsed = now - self.start;
        if elapsed >= LINE_EVERY * (self.printed + 1) {
            self.printed = (elapsed.as_secs_f64() / LINE_EVERY.as_secs_f64()) as u32;
            say(line(progress, elapsed));
        }
    }
}

fn line(progress: Progress, elapsed: Duration) -> String {
    let rate = progress.bytes_read as f64 / elapsed.as_secs_f64();
    let read = format!("{} read, {}/s", HumanBytes(progress.bytes_read), HumanBytes(rate as u64));
    match progress.total_bytes {
        Some(total @ 1..) => {
            let percent = progress.bytes_read * 100 / total;
            let left = (total - progress.bytes_read.min(total)) as f64 / rate.max(1.0);
            format!("{percent:>3}%  {read}, {} left", seconds(Duration::from_secs_f64(left)))
        }
        _ => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_can() {
        let progress = Progress { bytes_read: 3 << 20, total_bytes: Some(4 << 20), is_finished: false };
        let text = line(progress, Duration::from_secs(3));
        assert_eq!(text, " 75%  3.00 MiB read, 1.00 MiB/s, 1.00 s left");
        let text = line(Progress { total_bytes: None, ..progress }, Duration::from_secs(3));
        assert_eq!(text, "3.00 MiB read, 1.00 MiB/s");
    }

    #[test]
    fn a_start_without_bytes_divides_nothing_by_zero() {
        let progress = Progress { bytes_read: 0, total_bytes: Some(2), is_finished: false };
        assert_eq!(line(progress, Duration::from_secs(1)), "  0%  0 B read, 0 B/s, 2.00 s left");
    }
}
