//! What command lines have in common.

use std::path::PathBuf;

use beamline::{BoxError, Timestamp};
use clap::Args;

use crate::events::{Events, Store, Stream};

/// Which events to make.
#[derive(Args, Clone, Copy, Debug)]
pub struct StreamArgs {
    /// How many events
    #[arg(long, value_name = "N", default_value_t = Stream::default().events)]
    pub events: u64,
    /// How many events there are in a second of their own time
    #[arg(long, value_name = "N", default_value_t = Stream::default().per_second)]
    pub per_second: u64,
    /// When the first event happens, such as 2015-07-15T12:00 (UTC)
    #[arg(long, value_name = "TIME", default_value_t = Stream::default().start)]
    pub start: Timestamp,
    /// How many events make a group that comes in disorder: 1 for a stream in order, at most 1000
    #[arg(long, value_name = "N", default_value_t = Stream::default().disorder)]
    pub disorder: u64,
    /// Brings persons, auctions and bids to 200, 500 and 100 bytes with letters that mean nothing
    #[arg(long)]
    pub padded: bool,
}

impl StreamArgs {
    /// The stream that they describe.
    pub fn stream(self) -> Stream {
        let Self { events, per_second, start, disorder, padded } = self;
        Stream { events, per_second, start, disorder, padded }
    }
}

/// Where events come from: the generator, or a file that keeps what it has made.
#[derive(Args, Clone, Debug)]
pub struct EventArgs {
    #[command(flatten)]
    stream: StreamArgs,
    /// Keeps the events in a file, which is written if it is not there: making them takes longer than reading them
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Reads the events as a stream: windows show their results when they end
    #[arg(long)]
    live: bool,
}

impl EventArgs {
    /// The source that they describe.
    ///
    /// # Errors
    /// When the file cannot be written, or is one of other events.
    pub fn source(&self) -> Result<Events, BoxError> {
        let stream = self.stream.stream();
        let events = match &self.store {
            Some(file) => Events::stored(Store::open_or_save(&stream, file)?),
            None => Events::generated(stream),
        };
        Ok(if self.live { events.live() } else { events })
    }
}
