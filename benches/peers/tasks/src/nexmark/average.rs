//! What things of each category cost of late.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sales::{Price, Terms};
use crate::event_time::{EventTime, Windows};

const PERIOD: i64 = 5_000;

/// Something that has been sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    /// The auction.
    pub auction: u64,
    /// Who has sold it.
    pub seller: u64,
    /// What kind of thing it was.
    pub category: u64,
    /// What it has brought.
    pub price: u64,
    /// The last millisecond of the auction, since the epoch.
    pub millis: i64,
}

impl From<(Terms, Price)> for Sold {
    fn from((terms, Price { price, .. }): (Terms, Price)) -> Self {
        let Terms { id: auction, seller, category, expires, .. } = terms;
        Self { auction, seller, category, price, millis: expires - 1 }
    }
}

/// The average price for each category, in windows of two periods, one every period. What is given out is the beginning of the
/// window, with the category and the average.
#[derive(Clone, Debug, Default)]
pub struct Averages {
    /// Sums and counts of prices by category for each window, by its last period.
    windows: Windows<BTreeMap<u64, (u64, u64)>, PERIOD>,
}

impl EventTime for Averages {
    type In = Sold;
    type Out = (i64, (u64, u64));

    fn add(&mut self, sold: Sold) {
        let period = sold.millis - sold.millis.rem_euclid(PERIOD);
        for last in [period, period + PERIOD] {
            let (total, count) = self.windows.at(last).entry(sold.category).or_default();
            *total += sold.price;
            *count += 1;
        }
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Self::Out)) -> bool {
        let Some((last, categories)) = self.windows.close(watermark) else { return false };
        for (category, (total, count)) in categories {
            emit((last - PERIOD, (category, (total as f64 / count as f64).round() as u64)));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold(category: u64, price: u64, millis: i64) -> Sold {
        Sold { auction: 1, seller: 2, category, price, millis }
    }

    #[test]
    fn a_price_counts_in_two_windows() {
        let mut averages = Averages::default();
        let mut given = Vec::new();
        for element in [sold(10, 3, 14_999), sold(10, 4, 10_000), sold(11, 7, 5_000), sold(10, 10, 9_999)] {
            averages.add(element);
        }
        while averages.advance(9_999, |result| given.push(result)) {}
        assert_eq!(given, []);
        while averages.advance(i64::MAX, |result| given.push(result)) {}
        let expected = [(0, (10, 10)), (0, (11, 7)), (5_000, (10, 6)), (5_000, (11, 7)), (10_000, (10, 4))];
        assert_eq!(given, expected);
    }
}
