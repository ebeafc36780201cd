//! Window functions that merge in other ways than sessions do.

use beamline::Timestamp;
use beamline::window::{Merge, Window, WindowFn, WindowSet};

fn window(start: i64, end: i64) -> Window {
    let end = end.min(Timestamp::END_OF_GLOBAL_WINDOW.millis() + 1);
    Window { start: Timestamp::from_millis(start.max(Timestamp::MIN.millis())), end: Timestamp::from_millis(end) }
}

/// Where the span of a length starts that contains an instant.
fn start_of(time: Timestamp, length: i64) -> i64 {
    let time = time.min(Timestamp::END_OF_GLOBAL_WINDOW).millis();
    time - time.rem_euclid(length)
}

/// Sessions that end with the day, if not before.
#[derive(Debug)]
pub(crate) struct SessionsOfADay {
    pub(crate) gap: i64,
    pub(crate) day: i64,
}

impl WindowFn for SessionsOfADay {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        let midnight = start_of(time, self.day) + self.day;
        let time = time.min(Timestamp::END_OF_GLOBAL_WINDOW).millis();
        windows.push(window(time, midnight.min(time + self.gap)));
    }

    fn merges(&self) -> bool {
        true
    }
}

/// An element is alone until the end of its span. Two of the same span get all of it, which begins before them.
#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) size: i64,
}

impl WindowFn for Gathering {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        let start = time.min(Timestamp::END_OF_GLOBAL_WINDOW).millis();
        windows.push(window(start, start_of(time, self.size) + self.size));
    }

    fn merges(&self) -> bool {
        true
    }

    fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        let span_of = |of: &Window| start_of(of.start, self.size);
        let mut spans: Vec<Vec<Window>> = Vec::new();
        for of in windows {
            match spans.last_mut() {
                Some(span) if span_of(&span[0]) == span_of(of) => span.push(*of),
                _ => spans.push(vec![*of]),
            }
        }
        spans.retain(|span| span.len() > 1);
        let merge = |from: Vec<Window>| {
            let start = span_of(&from[0]);
            Merge { to: window(start, start + self.size), from }
        };
        spans.into_iter().map(merge).collect()
    }
}
