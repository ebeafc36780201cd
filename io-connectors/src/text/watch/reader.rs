//! Reads a part of what is watched.

use super::super::line::Line;
use super::follow::{FollowReader, NameReader};
use super::search::Search;
use super::whole::{Repeated, WholeReader};
use super::{Part, Watch, WatchSplit};
use beamline_sdk::{ArrivingReader, BoxError, Next, Reader, SourceBatch, Timestamp};

/// Reads files that have been found, or finds them.
pub struct WatchReader<L>(Kind<L>);

enum Kind<L> {
    Names(NameReader<L>),
    Whole(ArrivingReader<WholeReader<L>>),
    Growing(ArrivingReader<FollowReader<L>>),
}

impl<L: Line> WatchReader<L> {
    pub(super) fn open(watch: &Watch<L>, part: Part) -> Self {
        let search = |known| Repeated::new(Search::new(watch.pattern.clone(), known), watch.every);
        let whole = |search, files| Kind::Whole(ArrivingReader::new(WholeReader::new(watch, search, files)));
        Self(match part {
            Part::Folder(known) if watch.is_growing => Kind::Names(NameReader::new(search(known))),
            Part::Folder(known) => whole(Some(search(known)), Vec::new()),
            Part::Files(files) => whole(None, files),
            Part::Growing(file, id) => Kind::Growing(ArrivingReader::new(FollowReader::new(watch, file, id))),
        })
    }

    fn inner(&self) -> &dyn Reader<Out = L, Split = WatchSplit> {
        match &self.0 {
            Kind::Names(reader) => reader,
            Kind::Whole(reader) => reader,
            Kind::Growing(reader) => reader,
        }
    }

    fn inner_mut(&mut self) -> &mut dyn Reader<Out = L, Split = WatchSplit> {
        match &mut self.0 {
            Kind::Names(reader) => reader,
            Kind::Whole(reader) => reader,
            Kind::Growing(reader) => reader,
        }
    }
}

impl<L: Line> Reader for WatchReader<L> {
    type Out = L;
    type Split = WatchSplit;

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        self.inner_mut().poll(out)
    }

    fn bytes_read(&self) -> u64 {
        self.inner().bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.inner().watermark()
    }

    fn is_idle(&self) -> bool {
        self.inner().is_idle()
    }

    fn is_caught_up(&self) -> bool {
        self.inner().is_caught_up()
    }

    fn discover(&mut self) -> Option<WatchSplit> {
        self.inner_mut().discover()
    }

    fn try_split(&mut self, fraction: f64) -> Option<WatchSplit> {
        self.inner_mut().try_split(fraction)
    }
}
