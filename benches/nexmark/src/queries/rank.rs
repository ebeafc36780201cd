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

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Any, Self::Low, Self::Middle, Self::High];

    /// For each rank whether a price of this one is counted there.
    ///
    /// ```
    /// use beamline_nexmark::queries::Rank;
    ///
    /// assert_eq!(Rank::Middle.within(), [true, false, true, false]);
    /// ```
    pub fn within(self) -> [bool; 4] {
        Self::ALL.map(|rank| rank == Self::Any || rank == self)
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

impl Activity {
    /// That of each rank which has bids, of its numbers.
    pub fn of_ranks(bids: [u64; 4], bidders: [u64; 4], auctions: [u64; 4]) -> impl Iterator<Item = (Rank, Self)> {
        let activity = move |rank| Self { bids: bids[rank], bidders: bidders[rank], auctions: auctions[rank] };
        let ranks = Rank::ALL.into_iter().enumerate().map(move |(number, rank)| (rank, activity(number)));
        ranks.filter(|(_, activity)| activity.bids > 0)
    }
}
