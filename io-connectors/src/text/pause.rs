//! How long to wait before looking again.

use beamline_sdk::{Next, SourceBatch};
use std::time::Duration;

/// A pause that grows while nothing comes.
pub(super) struct Pause {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Pause {
    /// Hardly at all for a pipe that is being filled, longer for one that nobody writes to.
    pub(super) fn of_pipe() -> Self {
        Self::between(Duration::from_micros(50), Duration::from_millis(10))
    }

    /// Files are asked for their size, which is cheap, but not free.
    pub(super) fn of_file() -> Self {
        Self::between(Duration::from_millis(5), Duration::from_millis(50))
    }

    fn between(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    /// Something has come.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }

    /// The answer of a reader that has found all that there is, which is in `out`.
    pub(super) fn after<T>(&mut self, out: &SourceBatch<'_, T>) -> Next {
        if !out.is_empty() {
            self.reset();
        }
        out.wake_after(self.next())
    }

    /// Nothing has come.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.most);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_something_comes() {
        let mut pause = Pause::of_file();
        let four = std::array::from_fn(|_| pause.next().as_millis());
        assert_eq!([5, 10, 20, 40], four);
        assert_eq!([50, 50], std::array::from_fn(|_| pause.next().as_millis()));
        pause.reset();
        assert_eq!(pause.next().as_millis(), 5);
    }
}
