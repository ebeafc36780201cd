//! Latencies, counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The width of a class.
const CLASS: Duration = Duration::from_micros(100);
/// Latencies above so many classes are counted together.
const CLASSES: usize = 50_000;

/// How often each latency was seen, to a tenth of a millisecond. Any thread may add.
pub(super) struct Histogram(Vec<AtomicU64>);

impl Histogram {
    pub(super) fn new() -> Self {
        Self((0..=CLASSES).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn add(&self, latency: Duration) {
        let class = (latency.as_micros() / CLASS.as_micros()).min(CLASSES as u128) as usize;
        self.0[class].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|class| class.load(Ordering::Relaxed)).sum()
    }

    /// The latency that a share of all, from 0 to 1, does not exceed; the upper border of its class.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        let rank = (self.count() as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = self.0.iter().position(|class| {
            seen += class.load(Ordering::Relaxed);
            seen >= rank
        });
        CLASS * (found.unwrap_or(CLASSES) as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_borders_of_classes() {
        let histogram = Histogram::new();
        (1..=1000).for_each(|n| histogram.add(Duration::from_micros(n * 100 - 50)));
        assert_eq!(histogram.count(), 1000);
        assert_eq!(histogram.quantile(0.95), Duration::from_millis(95));
        assert_eq!(histogram.quantile(1.0), Duration::from_millis(100));
        histogram.add(Duration::from_mins(1));
        assert_eq!(histogram.quantile(1.0), CLASS * (CLASSES as u32 + 1));
    }
}
