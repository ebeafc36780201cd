//! The best of each window, and all that are as good.

use beamline_nexmark::events::Bid;

use crate::event_time::{Count, EventTime, Windows};

/// Something in a window that can be the best.
pub trait Ranked: Clone + Send + 'static {
    /// How good it is.
    fn rank(&self) -> u64;
    /// When the last period of its window begins, in milliseconds since the epoch.
    fn last_period(&self) -> i64;
}

/// By the price, in windows of ten seconds.
impl Ranked for Bid {
    #[inline]
    fn rank(&self) -> u64 {
        self.price
    }

    #[inline]
    fn last_period(&self) -> i64 {
        let millis = self.date_time.millis();
        millis - millis.rem_euclid(10_000)
    }
}

/// In windows of two periods of five seconds.
impl Ranked for Count {
    #[inline]
    fn rank(&self) -> u64 {
        self.many
    }

    #[inline]
    fn last_period(&self) -> i64 {
        self.window + 5_000
    }
}

/// The best of each window whose last period lasts so many milliseconds.
#[derive(Clone, Debug)]
pub struct Highest<T, const PERIOD: i64>(Windows<Vec<T>, PERIOD>);

impl<T, const PERIOD: i64> Default for Highest<T, PERIOD> {
    fn default() -> Self {
        Self(Windows::default())
    }
}

impl<T: Ranked, const PERIOD: i64> EventTime for Highest<T, PERIOD> {
    type In = T;
    type Out = T;

    #[inline]
    fn add(&mut self, element: T) {
        let best = self.0.at(element.last_period());
        match best.first().map(|best| best.rank().cmp(&element.rank())) {
            Some(order) if order.is_gt() => return,
            Some(order) if order.is_lt() => best.clear(),
            _ => {}
        }
        best.push(element);
    }

    fn advance(&mut self, watermark: i64, emit: impl FnMut(T)) -> bool {
        let Some((_, mut best)) = self.0.close(watermark) else { return false };
        best.drain(..).for_each(emit);
        self.0.reuse(best);
        true
    }
}

#[cfg(test)]
mod tests {
    use beamline_nexmark::events::Event;

    use super::*;
    use crate::event_time::{SlidingCounts, WindowCounts};
    use crate::nexmark::period_of;
    use crate::nexmark::testing::{digests, disordered, in_order, through};

    #[test]
    fn bids_in_disorder_have_the_same_highest() {
        let found = through(Highest::<_, 10_000>::default(), disordered(), Event::bid);
        let bids: Vec<_> = in_order().into_iter().filter_map(|(_, event)| event.bid()).collect();
        let is_highest = |bid: &&Bid| {
            let rivals = bids.iter().filter(|rival| rival.last_period() == bid.last_period());
            rivals.map(|rival| rival.price).max() == Some(bid.price)
        };
        let expected: Vec<_> = bids.iter().filter(is_highest).cloned().collect();
        assert_eq!(digests(&found), digests(&expected));
        assert!(found.len() >= 6);
    }

    #[test]
    fn the_hottest_auctions_are_those_of_windows_that_overlap() {
        let bids: Vec<_> = in_order().into_iter().filter_map(|(_, event)| event.bid()).collect();
        let first = period_of(&bids[0]).window;
        let mut expected = Vec::new();
        for start in (first - 5_000..first + 60_000).step_by(5_000) {
            let mut counts = std::collections::BTreeMap::<u64, u64>::new();
            let inside = |bid: &&Bid| (start..start + 10_000).contains(&bid.date_time.millis());
            bids.iter().filter(inside).for_each(|bid| *counts.entry(bid.auction).or_default() += 1);
            let most = counts.values().max().copied();
            expected.extend(
                counts.into_iter().filter(|(_, many)| Some(*many) == most).map(|(key, many)| (start, key, many)),
            );
        }
        let counts = |event: Event| event.bid().map(|bid| period_of(&bid));
        let apart = through(WindowCounts::<5_000>::default(), disordered(), counts);
        let (mut sliding, mut highest) = (SlidingCounts::<5_000, 2>::default(), Highest::<Count, 5_000>::default());
        apart.into_iter().for_each(|count| sliding.add(count));
        while sliding.advance(i64::MAX, |count| highest.add(count)) {}
        let mut found = Vec::new();
        while highest.advance(i64::MAX, |count| found.push((count.window, count.key, count.many))) {}
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}
