//! What the last ten things of each seller have brought.

use std::collections::{BTreeMap, VecDeque};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::average::Sold;
use crate::event_time::EventTime;

/// The last prices of each seller. What is given out is the seller with their average, each time that something is sold.
#[derive(Clone, Debug, Default)]
pub struct LastTen {
    /// What has been sold, by its end and its number, until nothing comes that was sold earlier.
    new: BTreeMap<(i64, u64), Sold>,
    last: HashMap<u64, VecDeque<u64>, FixedState>,
}

impl EventTime for LastTen {
    type In = Sold;
    type Out = (u64, u64);

    fn add(&mut self, sold: Sold) {
        self.new.insert((sold.millis, sold.auction), sold);
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut((u64, u64))) -> bool {
        while let Some(first) = self.new.first_entry().filter(|first| first.key().0 < watermark) {
            let Sold { seller, price, .. } = first.remove();
            let last = self.last.entry(seller).or_default();
            last.push_back(price);
            if last.len() > 10 {
                last.pop_front();
            }
            emit((seller, last.iter().sum::<u64>() / last.len() as u64));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_are_put_in_order_first() {
        let sold = |auction, price, millis| Sold { auction, seller: 7, category: 10, price, millis };
        let mut ten = LastTen::default();
        let mut given = Vec::new();
        for element in [sold(3, 100, 20), sold(2, 8, 10), sold(1, 4, 10)] {
            ten.add(element);
        }
        ten.advance(20, |result| given.push(result));
        assert_eq!(given, [(7, 4), (7, 6)]);
        ten.advance(21, |result| given.push(result));
        assert_eq!(given.last(), Some(&(7, 112 / 3)));
        (30..40).for_each(|time| ten.add(sold(time as u64, 50, time)));
        ten.advance(i64::MAX, |result| given.push(result));
        assert_eq!(given.last(), Some(&(7, 50)));
    }
}
