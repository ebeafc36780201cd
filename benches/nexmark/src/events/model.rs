//! What happens in the auction house.

use beamline::{OutputEnum, Timestamp};
use serde::{Deserialize, Serialize};

use super::Symbol;

/// Something that has happened.
///
/// Ninety-two of a hundred events are bids; what is rare and large is boxed, so that they need not be as large.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, OutputEnum)]
pub enum Event {
    /// Somebody has registered.
    Person(Box<Person>),
    /// An auction has been opened.
    Auction(Box<Auction>),
    /// Somebody has made a bid.
    Bid(Bid),
}

/// Somebody who sells or bids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// A number of their own.
    pub id: u64,
    /// First and last name.
    pub name: String,
    /// Where to write to.
    pub email_address: String,
    /// Sixteen digits in groups of four.
    pub credit_card: String,
    /// A city of the United States.
    pub city: String,
    /// A state of the United States in two small letters, such as `or`.
    pub state: String,
    /// When they registered.
    pub date_time: Timestamp,
    /// Letters that mean nothing, in a [padded](super::Stream::padded) stream.
    pub extra: String,
}

/// Something that is for sale, until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Auction {
    /// A number of its own.
    pub id: u64,
    /// What is for sale, in short.
    pub item_name: String,
    /// What is for sale, at length.
    pub description: String,
    /// The least first bid, in cents.
    pub initial_bid: u64,
    /// The least price, in cents: a lower bid does not win.
    pub reserve: u64,
    /// When it was opened.
    pub date_time: Timestamp,
    /// When it ends: a bid at that instant is too late.
    pub expires: Timestamp,
    /// The [person](Person::id) who sells.
    pub seller: u64,
    /// What kind of thing it is: from 10 to 14.
    pub category: u64,
    /// Letters that mean nothing, in a [padded](super::Stream::padded) stream.
    pub extra: String,
}

/// What somebody would pay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bid {
    /// The [auction](Auction::id) that it is for.
    pub auction: u64,
    /// The [person](Person::id) who bids.
    pub bidder: u64,
    /// How much, in cents.
    pub price: u64,
    /// The website that it was made on.
    pub channel: Symbol,
    /// The page that it was made on.
    pub url: Symbol,
    /// When it was made.
    pub date_time: Timestamp,
    /// Letters that mean nothing, in a [padded](super::Stream::padded) stream.
    pub extra: String,
}

impl Event {
    /// When it happened.
    #[inline]
    pub fn date_time(&self) -> Timestamp {
        match self {
            Self::Person(person) => person.date_time,
            Self::Auction(auction) => auction.date_time,
            Self::Bid(bid) => bid.date_time,
        }
    }

    /// The person, if somebody has registered.
    #[inline]
    pub fn person(self) -> Option<Person> {
        match self {
            Self::Person(person) => Some(*person),
            _ => None,
        }
    }

    /// The auction, if one has been opened.
    #[inline]
    pub fn auction(self) -> Option<Auction> {
        match self {
            Self::Auction(auction) => Some(*auction),
            _ => None,
        }
    }

    /// The bid, if one has been made.
    #[inline]
    pub fn bid(self) -> Option<Bid> {
        match self {
            Self::Bid(bid) => Some(bid),
            _ => None,
        }
    }
}
