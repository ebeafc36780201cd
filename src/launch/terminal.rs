//! Speaking to the user, who may have closed the terminal: that is no reason to panic.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};
use std::time::Duration;

/// Prints a line to standard error.
pub(super) fn say(text: impl Display) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Prints text to standard output.
pub(super) fn print(text: impl Display) {
    let mut out = stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// A time as `0.25 s` or `12 min 5 s`.
pub(super) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..60 if time.subsec_nanos() == 0 => format!("{s} s"),
        0..60 => format!("{:.2} s", time.as_secs_f64()),
        s @ 60..3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let text = |millis| seconds(Duration::from_millis(millis));
        assert_eq!([text(9_000), text(1_234), text(59_990)], ["9 s", "1.23 s", "59.99 s"]);
        assert_eq!([text(61_500), text(3_720_000)], ["1 min 1 s", "1 h 2 min"]);
    }
}
