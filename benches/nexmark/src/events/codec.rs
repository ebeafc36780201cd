//! Events as bytes: numbers in groups of seven bits, texts behind their lengths, symbols as numbers of a dictionary.
#![allow(clippy::inline_always, reason = "what makes an event and what takes it are to be one piece of code")]

use std::collections::HashMap;

use beamline::Timestamp;

use super::{Auction, Bid, Event, Person, Symbol};

const PERSON: u8 = 0;
const AUCTION: u8 = 1;
const BID: u8 = 2;

/// The symbols of a file while it is written, in the order of their numbers.
#[derive(Default)]
pub(super) struct Dictionary {
    pub(super) symbols: Vec<Symbol>,
    numbers: HashMap<Symbol, u64>,
}

impl Dictionary {
    fn number(&mut self, symbol: Symbol) -> u64 {
        *self.numbers.entry(symbol).or_insert_with(|| {
            self.symbols.push(symbol);
            self.symbols.len() as u64 - 1
        })
    }
}

/// Appends an event of a block whose events are not before `least`.
pub(super) fn encode(event: &Event, least: Timestamp, dictionary: &mut Dictionary, out: &mut Vec<u8>) {
    match event {
        Event::Person(person) => encode_person(person, least, out),
        Event::Auction(auction) => encode_auction(auction, least, out),
        Event::Bid(bid) => encode_bid(bid, least, dictionary, out),
    }
}

fn encode_person(person: &Person, least: Timestamp, out: &mut Vec<u8>) {
    let Person { id, name, email_address, credit_card, city, state, date_time, extra } = person;
    out.push(PERSON);
    [*id, since(least, *date_time)].into_iter().for_each(|number| put(number, out));
    [name, email_address, credit_card, city, state, extra].into_iter().for_each(|text| put_text(text, out));
}

fn encode_auction(auction: &Auction, least: Timestamp, out: &mut Vec<u8>) {
    out.push(AUCTION);
    let Auction { id, initial_bid, reserve, date_time, expires, seller, category, .. } = *auction;
    let (date_time, expires) = (since(least, date_time), since(least, expires));
    [id, initial_bid, reserve, date_time, expires, seller, category].into_iter().for_each(|number| put(number, out));
    [&auction.item_name, &auction.description, &auction.extra].into_iter().for_each(|text| put_text(text, out));
}

fn encode_bid(bid: &Bid, least: Timestamp, dictionary: &mut Dictionary, out: &mut Vec<u8>) {
    out.push(BID);
    let symbols = [bid.channel, bid.url].map(|symbol| dictionary.number(symbol));
    let numbers = [bid.auction, bid.bidder, bid.price, symbols[0], symbols[1], since(least, bid.date_time)];
    numbers.into_iter().for_each(|number| put(number, out));
    put_text(&bid.extra, out);
}

fn since(least: Timestamp, time: Timestamp) -> u64 {
    (time.millis() - least.millis()) as u64
}

fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    put(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// What is done with an event.
///
/// A method of its own, where a closure would do, as it is to be compiled where the event is decoded, once for each kind:
/// there the compiler knows the kind, and leaves out what is not asked for.
pub(super) trait Take {
    type Out;
    fn take(self, event: Event) -> Self::Out;
}

/// It is handed back.
pub(super) struct Back;

impl Take for Back {
    type Out = Event;

    #[inline(always)]
    fn take(self, event: Event) -> Event {
        event
    }
}

/// What is left of a block.
pub(super) struct Decoder<'a> {
    pub(super) rest: &'a [u8],
    pub(super) least: Timestamp,
    pub(super) symbols: &'a [Symbol],
}

impl Decoder<'_> {
    /// Takes the next event; `None` if the bytes are none.
    #[inline(always)]
    pub(super) fn event<T: Take>(&mut self, to: T) -> Option<T::Out> {
        match self.byte()? {
            BID => Some(to.take(Event::Bid(self.bid()?))),
            AUCTION => Some(to.take(Event::Auction(Box::new(self.auction()?)))),
            PERSON => Some(to.take(Event::Person(Box::new(self.person()?)))),
            _ => None,
        }
    }

    fn person(&mut self) -> Option<Person> {
        Some(Person {
            id: self.number()?,
            date_time: self.time()?,
            name: self.text()?,
            email_address: self.text()?,
            credit_card: self.text()?,
            city: self.text()?,
            state: self.text()?,
            extra: self.text()?,
        })
    }

    fn auction(&mut self) -> Option<Auction> {
        Some(Auction {
            id: self.number()?,
            initial_bid: self.number()?,
            reserve: self.number()?,
            date_time: self.time()?,
            expires: self.time()?,
            seller: self.number()?,
            category: self.number()?,
            item_name: self.text()?,
            description: self.text()?,
            extra: self.text()?,
        })
    }

    #[inline(always)]
    fn bid(&mut self) -> Option<Bid> {
        Some(Bid {
            auction: self.number()?,
            bidder: self.number()?,
            price: self.number()?,
            channel: self.symbol()?,
            url: self.symbol()?,
            date_time: self.time()?,
            extra: self.text()?,
        })
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    #[inline]
    fn time(&mut self) -> Option<Timestamp> {
        self.number().map(|millis| Timestamp::from_millis(self.least.millis() + millis as i64))
    }

    #[inline]
    fn symbol(&mut self) -> Option<Symbol> {
        let number = self.number()?;
        self.symbols.get(number as usize).copied()
    }

    #[inline]
    fn text(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stream;
    use super::*;

    fn encoded(events: &[Event], least: Timestamp) -> (Vec<u8>, Vec<Symbol>) {
        let (mut dictionary, mut bytes) = (Dictionary::default(), Vec::new());
        events.iter().for_each(|event| encode(event, least, &mut dictionary, &mut bytes));
        (bytes, dictionary.symbols)
    }

    #[test]
    fn events_come_back() {
        let stream = Stream { events: 5_000, padded: true, ..Stream::default() };
        let events: Vec<_> = stream.iter().collect();
        let (bytes, symbols) = encoded(&events, stream.start);
        let mut decoder = Decoder { rest: &bytes, least: stream.start, symbols: &symbols };
        assert!(events.iter().all(|event| decoder.event(Back).as_ref() == Some(event)));
        assert!(decoder.rest.is_empty());
    }

    #[test]
    fn what_is_cut_off_is_no_event() {
        let stream = Stream { events: 5, ..Stream::default() };
        for event in stream.iter() {
            let (bytes, symbols) = encoded(&[event], stream.start);
            for rest in (0..bytes.len()).map(|end| &bytes[..end]) {
                assert_eq!(Decoder { rest, least: stream.start, symbols: &symbols }.event(Back), None);
            }
        }
    }
}
