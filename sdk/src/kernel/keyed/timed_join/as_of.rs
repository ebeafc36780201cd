//! Values with the version of another value that was valid at their time.

use super::timeline::Timeline;
use super::{Effects, JoinByKey, Lateness, TimedJoin};
use crate::{Element, Key, Timestamp, coder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

/// Every value of the left side with the latest version on the right side that is not after it.
///
/// A value waits until the watermark has passed it, for by then all versions up to it have come. It need not hold back
/// the output watermark, which is not past it before. A version is kept as long as values can come for which it is the
/// one.
pub(crate) struct AsOf<L, R> {
    lateness: Lateness,
    _values: PhantomData<fn() -> (L, R)>,
}

impl<L, R> Clone for AsOf<L, R> {
    fn clone(&self) -> Self {
        Self::new(self.lateness)
    }
}

/// What is kept of a key.
#[derive(Serialize, Deserialize)]
pub(crate) struct History<L, R> {
    waiting: Timeline<L>,
    versions: BTreeMap<Timestamp, R>,
}

impl<L, R> Default for History<L, R> {
    fn default() -> Self {
        Self { waiting: Timeline::default(), versions: BTreeMap::new() }
    }
}

impl<L, R> AsOf<L, R> {
    pub(crate) fn new(lateness: Lateness) -> Self {
        Self { lateness, _values: PhantomData }
    }

    /// The first watermark at which no value can come for the earliest version: all that can come have a later one.
    fn outdated(&self, versions: &BTreeMap<Timestamp, R>) -> Option<Timestamp> {
        versions.keys().nth(1).map(|second| *second + self.lateness.left)
    }
}

/// The first watermark that has passed `time`.
fn passed(time: Timestamp) -> Timestamp {
    time + Duration::from_millis(1)
}

/// Of two versions of one time, the one that is valid, whichever came first.
fn valid<R: Element>(one: R, other: R) -> R {
    if encoded(&one) >= encoded(&other) { one } else { other }
}

/// The encoding of a version; nothing if it has none.
fn encoded<R: Element>(version: &R) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    coder::encode(version, &mut bytes).ok().map(|()| bytes)
}

impl<L: Element, R: Element> TimedJoin for AsOf<L, R> {
    type Left = L;
    type Right = R;
    type Row = (L, Option<R>);
    type State = History<L, R>;
    type Driver<K: Key> = JoinByKey<K, Self>;
    const WAITS: bool = true;

    fn add_left(&self, state: &mut History<L, R>, time: Timestamp, value: L, _: &mut impl Effects<Self::Row>) {
        state.waiting.push(time, value);
    }

    fn add_right(&self, state: &mut History<L, R>, time: Timestamp, version: R, _: &mut impl Effects<Self::Row>) {
        let version = match state.versions.remove(&time) {
            Some(other) => valid(version, other),
            None => version,
        };
        state.versions.insert(time, version);
    }

    fn due(&self, state: &History<L, R>) -> Option<Timestamp> {
        let waiting = state.waiting.first().map(passed);
        waiting.into_iter().chain(self.outdated(&state.versions)).min()
    }

    fn advance(&self, state: &mut History<L, R>, watermark: Timestamp, effects: &mut impl Effects<Self::Row>) {
        let History { waiting, versions } = state;
        waiting.take_while(
            |time| passed(time) <= watermark,
            |time, value| {
                let version = versions.range(..=time).next_back().map(|(_, version)| version.clone());
                effects.emit((value, version), time);
            },
        );
        while self.outdated(&state.versions).is_some_and(|outdated| outdated <= watermark) {
            state.versions.pop_first();
        }
    }

    fn is_empty(state: &History<L, R>) -> bool {
        state.waiting.is_empty() && state.versions.is_empty()
    }

    fn allowed_lateness(&self) -> Lateness {
        self.lateness
    }

    #[cfg(test)]
    fn kept(state: &History<L, R>) -> usize {
        state.waiting.len() + state.versions.len()
    }
}
