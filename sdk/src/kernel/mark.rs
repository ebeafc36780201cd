//! How far several inputs have come together.

use crate::Timestamp;

/// How far an input has come: one sender of a queue, one head of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its watermark.
    pub time: Timestamp,
    /// Whether others need not wait for it.
    pub is_idle: bool,
}

impl Mark {
    /// Nothing is known yet.
    pub const START: Self = Self { time: Timestamp::MIN, is_idle: false };
    /// Nothing will come any more.
    pub const END: Self = Self { time: Timestamp::MAX, is_idle: false };

    /// That of something that is open still: it is not at the end, whatever a timestamp says.
    #[must_use]
    pub fn of_open(self) -> Self {
        Self { time: self.time.min(Timestamp::END_OF_GLOBAL_WINDOW), ..self }
    }

    /// What is known when these inputs are read together, and `self` was known before: the least watermark of those
    /// that are not idle. It never goes back, and it is not at the end before all inputs are.
    ///
    /// When all are idle it is the greatest that any of them has told. So whoever has heard the same knows the same, in
    /// whichever order the inputs have fallen idle.
    #[must_use]
    pub fn advanced_by(self, inputs: impl Iterator<Item = Self>) -> Self {
        let (mut least, mut greatest, mut is_any_idle) = (Timestamp::MAX, self.time, false);
        for input in inputs {
            if input.is_idle {
                (is_any_idle, greatest) = (true, greatest.max(input.time));
            } else {
                least = least.min(input.time);
            }
        }
        if is_any_idle && least == Timestamp::MAX {
            return Self { time: greatest, is_idle: true };
        }
        Self { time: self.time.max(least), is_idle: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Mark {
        Mark { time: Timestamp::from_millis(millis), is_idle: false }
    }

    fn idle(mark: Mark) -> Mark {
        Mark { is_idle: true, ..mark }
    }

    fn together(before: Mark, inputs: &[Mark]) -> Mark {
        before.advanced_by(inputs.iter().copied())
    }

    #[test]
    fn the_least_watermark_counts_and_never_goes_back() {
        assert_eq!(together(Mark::START, &[at(5), at(3)]), at(3));
        assert_eq!(together(at(4), &[at(5), at(3)]), at(4));
        assert_eq!(together(at(4), &[Mark::END, Mark::END]), Mark::END);
    }

    #[test]
    fn idle_inputs_are_not_waited_for_and_do_not_end() {
        assert_eq!(together(at(1), &[at(5), idle(at(3))]), at(5));
        assert_eq!(together(at(5), &[at(6), at(3)]), at(5));
        assert_eq!(together(at(5), &[idle(at(4)), idle(at(3))]), idle(at(5)));
        assert_eq!(
            together(at(5), &[idle(at(6)), idle(at(3))]),
            idle(at(6)),
            "the first has told that, and nobody is waited for"
        );
        assert_eq!(together(at(5), &[Mark::END, idle(at(3))]), idle(at(5)));
    }
}
