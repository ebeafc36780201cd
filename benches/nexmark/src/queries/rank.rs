//! What the reports of bids are divided by.

use serde::{Deserialize, Serialize};

/// How high prices are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rank {
    /// Whatever the price.
    Any,
    /// Below 100 dollars.
    Low,
    /// From 100 to below 10,000 dollars.
    Middle,
    /// From 10,000 dollars on.
    High,
}

impl Rank {
    /// The rank of a price in cents.
    ///
    /// ```
    /// use beamline_nexmark::queries::Rank;
    ///
    /// assert_eq!([9_999, 10_000, 1_000_000].map(Rank::of), [Rank::Low, Rank::Middle, Rank::High]);
    /// ```
    pub fn of(price: u64) -> Self {
        match price {
            ..10_000 => Self::Low,
            10_000..1_000_000 => Self::Middle,
            _ => Self::High,
        }
    }
}

/// How much went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Activity {
    /// How many bids were made.
    pub bids: u64,
    /// By how many different bidders.
    pub bidders: u64,
    /// For how many different auctions.
    pub auctions: u64,
}
