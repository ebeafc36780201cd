//! The little statistics there is.

use serde::{Deserialize, Serialize};

/// The middle and the ends of some figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    /// The middle one, or the mean of the two in the middle.
    pub(super) median: f64,
    /// The least.
    pub(super) min: f64,
    /// The greatest.
    pub(super) max: f64,
}

impl Spread {
    /// The spread of at least one figure.
    pub(super) fn of(figures: &[f64]) -> Self {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lower, upper) = ((sorted.len() - 1) / 2, sorted.len() / 2);
        let median = f64::midpoint(sorted[lower], sorted[upper]);
        Self { median, min: sorted[0], max: sorted[sorted.len() - 1] }
    }

    /// From end to end, as a share of the middle.
    pub(super) fn width(self) -> f64 {
        (self.max - self.min) / self.median
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Spread::of(&[3.0, 1.0, 9.0]), Spread { median: 3.0, min: 1.0, max: 9.0 });
        assert_eq!(Spread::of(&[3.0, 1.0, 9.0, 4.0]), Spread { median: 3.5, min: 1.0, max: 9.0 });
        assert_eq!(Spread::of(&[2.0]), Spread { median: 2.0, min: 2.0, max: 2.0 });
    }

    #[test]
    fn the_width_is_relative() {
        assert!((Spread::of(&[9.0, 10.0, 12.0]).width() - 0.3).abs() < 1e-12);
    }
}
