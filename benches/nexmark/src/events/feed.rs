//! What queries ask events for.

use beamline::{Element, PCollection, Pipeline};

use super::model::EventOutputs;
use super::{Bid, Event, Events, Only};

/// Where a query has events from: a [`Reading`] of their source, or a collection of them.
///
/// ```
/// use beamline::prelude::*;
/// use beamline_nexmark::events::{Events, Feed, Reading, Stream};
///
/// let p = Pipeline::new();
/// let events = Reading::new(&p, Events::generated(Stream::default()).live());
/// let per_auction = events.of_bids(|bid| bid.auction).count_per_element();
/// # let _ = per_auction;
/// ```
pub trait Feed {
    /// The pipeline that the query becomes a part of.
    fn pipeline(&self) -> &Pipeline;

    /// What `part` makes of each event, if anything: nothing else of it is handed on.
    #[track_caller]
    fn only<T: Element>(&self, part: impl Fn(Event) -> Option<T> + Clone + Send + Sync + 'static) -> PCollection<T>;

    /// All events.
    #[track_caller]
    fn all(&self) -> PCollection<Event> {
        self.only(Some)
    }

    /// All bids.
    #[track_caller]
    fn bids(&self) -> PCollection<Bid> {
        self.only(Event::bid).named("Bids")
    }

    /// What `part` makes of each bid.
    #[track_caller]
    fn of_bids<T: Element>(&self, part: impl Fn(Bid) -> T + Clone + Send + Sync + 'static) -> PCollection<T> {
        let of_bid = move |event| match event {
            Event::Bid(bid) => Some(part(bid)),
            Event::Auction(_) | Event::Person(_) => None,
        };
        self.only(of_bid).named("Bids")
    }

    /// Each kind of those events that are wanted, for queries that look at several.
    #[track_caller]
    fn split(&self, is_wanted: impl Fn(&Event) -> bool + Clone + Send + Sync + 'static) -> EventOutputs {
        self.only(move |event| is_wanted(&event).then_some(event)).split_with(|event| event)
    }
}

impl Feed for PCollection<Event> {
    fn pipeline(&self) -> &Pipeline {
        self.pipeline()
    }

    fn only<T: Element>(&self, part: impl Fn(Event) -> Option<T> + Clone + Send + Sync + 'static) -> PCollection<T> {
        self.flat_map(part)
    }
}

/// Events that each part of a query reads for itself.
#[derive(Clone)]
pub struct Reading {
    pipeline: Pipeline,
    events: Events,
}

impl Reading {
    /// Events that a pipeline is to read.
    pub fn new(pipeline: &Pipeline, events: Events) -> Self {
        Self { pipeline: pipeline.clone(), events }
    }
}

impl Feed for Reading {
    fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    fn only<T: Element>(&self, part: impl Fn(Event) -> Option<T> + Clone + Send + Sync + 'static) -> PCollection<T> {
        self.pipeline.read(Only::new(self.events.clone(), part))
    }

    fn all(&self) -> PCollection<Event> {
        self.pipeline.read(self.events.clone())
    }
}
