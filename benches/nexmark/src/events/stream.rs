//! A stream as a function of the index.

use beamline::{BoxError, Timestamp};
use nexmark::EventGenerator;
use nexmark::config::NexmarkConfig;
use nexmark::event as raw;
use serde::{Deserialize, Serialize};

use super::{Auction, Bid, Event, Person, Symbol};

/// The events from one block to the next. Time goes forward from block to block.
pub(super) const BLOCK: u64 = 1_000;

/// Which events there are: those of the crate `nexmark`, which are the same in every run.
///
/// ```
/// use beamline_nexmark::events::Stream;
///
/// let stream = Stream { events: 2_500, ..Stream::default() };
/// let events: Vec<_> = stream.iter().collect();
/// assert_eq!(events.len(), 2_500);
/// // One person, three auctions and 46 bids make fifty events.
/// let bids = events.iter().filter_map(|event| event.clone().bid()).count();
/// assert_eq!(bids, 2_500 / 50 * 46);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// How many.
    pub events: u64,
    /// How many in a second of their own time.
    pub per_second: u64,
    /// When the first one happens.
    pub start: Timestamp,
    /// How many events make a group that comes in disorder: 1 for a stream in order. It must divide 1,000.
    pub disorder: u64,
    /// Whether events have meaningless letters, which bring persons, auctions and bids to 200, 500 and 100 bytes on average.
    pub padded: bool,
}

impl Default for Stream {
    /// A million events in order, 10,000 in a second, without padding; from 2015-07-15 on, as in Beam's suite.
    fn default() -> Self {
        let start = Timestamp::from_millis(1_436_918_400_000);
        Self { events: 1_000_000, per_second: 10_000, start, disorder: 1, padded: false }
    }
}

impl Stream {
    /// # Errors
    /// When a number makes no sense.
    pub fn check(&self) -> Result<(), BoxError> {
        if self.per_second == 0 {
            return Err("no events in a second: the stream would never go on".into());
        }
        if self.start.millis() < 0 {
            return Err("the generator knows no time before 1970".into());
        }
        if self.disorder == 0 || !BLOCK.is_multiple_of(self.disorder) {
            return Err(format!("{} events in disorder: the number has to divide {BLOCK}", self.disorder).into());
        }
        Ok(())
    }

    /// All events, in the order in which they come.
    pub fn iter(&self) -> impl Iterator<Item = Event> + use<> {
        self.generator().take(self.events as usize).map(Event::from)
    }

    /// The number of blocks.
    pub(super) fn blocks(&self) -> u64 {
        self.events.div_ceil(BLOCK)
    }

    /// How many events a block has.
    pub(super) fn len_of(&self, block: u64) -> u64 {
        BLOCK.min(self.events - block * BLOCK)
    }

    /// No event of this block or a later one is earlier.
    pub(super) fn least_of(generator: &EventGenerator, block: u64) -> Timestamp {
        time(generator.clone().with_offset(block * BLOCK).timestamp())
    }

    pub(super) fn generator(&self) -> EventGenerator {
        // Padding is made last, so an event without it is the same in all else.
        let size = |bytes| if self.padded { bytes } else { 0 };
        EventGenerator::new(NexmarkConfig {
            base_time: self.start.millis() as u64,
            first_rate: self.per_second as usize,
            next_rate: self.per_second as usize,
            out_of_order_group_size: self.disorder as usize,
            avg_person_byte_size: size(200),
            avg_auction_byte_size: size(500),
            avg_bid_byte_size: size(100),
            ..NexmarkConfig::default()
        })
    }
}

fn time(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis as i64)
}

impl From<raw::Event> for Event {
    fn from(event: raw::Event) -> Self {
        match event {
            raw::Event::Person(person) => Self::Person(Box::new(person.into())),
            raw::Event::Auction(auction) => Self::Auction(Box::new(auction.into())),
            raw::Event::Bid(bid) => Self::Bid(bid.into()),
        }
    }
}

impl From<raw::Person> for Person {
    fn from(person: raw::Person) -> Self {
        let raw::Person { id, name, email_address, credit_card, city, state, date_time, extra } = person;
        Self { id: id as u64, name, email_address, credit_card, city, state, date_time: time(date_time), extra }
    }
}

impl From<raw::Auction> for Auction {
    fn from(auction: raw::Auction) -> Self {
        Self {
            id: auction.id as u64,
            item_name: auction.item_name,
            description: auction.description,
            initial_bid: auction.initial_bid as u64,
            reserve: auction.reserve as u64,
            date_time: time(auction.date_time),
            expires: time(auction.expires),
            seller: auction.seller as u64,
            category: auction.category as u64,
            extra: auction.extra,
        }
    }
}

impl From<raw::Bid> for Bid {
    fn from(bid: raw::Bid) -> Self {
        Self {
            auction: bid.auction as u64,
            bidder: bid.bidder as u64,
            price: bid.price as u64,
            channel: Symbol::of(&bid.channel),
            url: Symbol::of(&bid.url),
            date_time: time(bid.date_time),
            extra: bid.extra,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_every_time() {
        let stream = Stream { events: 3_000, disorder: 100, padded: true, ..Stream::default() };
        assert!(stream.iter().eq(stream.iter()));
    }

    #[test]
    fn padding_changes_nothing_else() {
        let plain = Stream { events: 2_000, ..Stream::default() };
        let padded = Stream { padded: true, ..plain };
        let shorn = |event| match event {
            Event::Person(person) => Event::Person(Box::new(Person { extra: String::new(), ..*person })),
            Event::Auction(auction) => Event::Auction(Box::new(Auction { extra: String::new(), ..*auction })),
            Event::Bid(bid) => Event::Bid(Bid { extra: String::new(), ..bid }),
        };
        assert!(padded.iter().any(|event| event.bid().is_some_and(|bid| bid.extra.len() > 50)));
        assert!(plain.iter().eq(padded.iter().map(shorn)));
    }

    #[test]
    fn no_event_is_before_the_least_of_its_block() {
        let stream = Stream { events: 20_000, disorder: 1_000, ..Stream::default() };
        let (generator, events): (_, Vec<_>) = (stream.generator(), stream.iter().collect());
        for block in 0..stream.blocks() {
            let least = events[(block * BLOCK) as usize..].iter().map(Event::date_time).min();
            assert_eq!(least, Some(Stream::least_of(&generator, block)));
        }
        assert!(events.windows(2).any(|pair| pair[1].date_time() < pair[0].date_time()), "they are in order");
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let stream = Stream::default();
        assert!(stream.check().is_ok());
        assert!(Stream { per_second: 0, ..stream }.check().is_err());
        assert!(Stream { disorder: 7, ..stream }.check().is_err());
        assert!(Stream { start: Timestamp::from_millis(-1), ..stream }.check().is_err());
    }
}
