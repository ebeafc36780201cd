//! Pauses of a reader for which nothing has come yet.

use super::Waker;
use crate::Timestamp;

/// When a reader that has said that nothing has come is asked again.
pub(crate) struct Pause {
    waker: Waker,
    /// Since when, and until when.
    span: Option<(Timestamp, Timestamp)>,
}

impl Pause {
    /// None yet.
    pub(crate) fn new(waker: Waker) -> Self {
        Self { waker, span: None }
    }

    /// What the reader is woken by.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    pub(crate) fn begin(&mut self, now: Timestamp, until: Timestamp) {
        self.span = Some((now, until));
    }

    /// Until when it is, if nobody wakes the reader.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.span.map(|(_, until)| until)
    }

    /// Whether it is over: also when the clock has been set back, as it would else last for so much longer.
    pub(crate) fn is_over(&mut self, now: Timestamp) -> bool {
        if self.waker.take() || self.span.is_some_and(|(since, until)| until <= now || now < since) {
            self.span = None;
        }
        self.span.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Wake;
    use std::sync::Arc;

    struct Nobody;

    impl Wake for Nobody {
        fn wake_all(&self) {}
        fn wake(&self, _worker: usize) {}
    }

    #[test]
    fn a_pause_ends_with_its_time_with_a_call_and_with_a_clock_that_is_set_back() {
        let at = Timestamp::from_millis;
        let mut pause = Pause::new(Waker::new(Arc::new(Nobody)));
        assert!(pause.is_over(at(0)));
        for over_at in [at(1_050), at(999)] {
            pause.begin(at(1_000), at(1_050));
            assert!(!pause.is_over(at(1_049)) && pause.until() == Some(at(1_050)));
            assert!(pause.is_over(over_at) && pause.until().is_none());
        }
        pause.begin(at(1_000), at(1_050));
        pause.waker().wake();
        assert!(pause.is_over(at(1_000)));
    }
}
