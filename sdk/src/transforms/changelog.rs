//! Results that are taken back, as data: for sinks, and for looking at them.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::{ToChangelog, ToUpserts};
use crate::pipeline::fused;
use crate::{Element, Error, ErrorKind, Key, PCollection, Result};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};
use std::sync::Arc;

/// What happens to the elements of a collection some of which are [taken back](crate::window#retractions).
///
/// Printed as the element with a sign before it: `+5`, `-5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Change<T> {
    /// The element is there from now on.
    Insert(T),
    /// The element is there no longer: it was a result that another one has replaced, or was made of one.
    Retract(T),
}

impl<T> Change<T> {
    /// The element, whatever happens to it.
    pub fn element(&self) -> &T {
        match self {
            Self::Insert(element) | Self::Retract(element) => element,
        }
    }

    /// Whether the element is taken back.
    pub fn is_retraction(&self) -> bool {
        matches!(self, Self::Retract(_))
    }
}

impl<T: Display> Display for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_retraction() { '-' } else { '+' }, self.element())
    }
}

/// What happens to the value of a key in a table with one value for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Upsert<K, V> {
    /// The key has this value from now on, whether it had one before or not.
    Put(K, V),
    /// The key has no value.
    Delete(K),
}

impl<K, V> Upsert<K, V> {
    /// The key.
    pub fn key(&self) -> &K {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}

impl<T: Element> PCollection<T> {
    /// Makes elements that say what was shown and what was [taken back](crate::window#retractions), in the order in
    /// which it happened. What is made is an ordinary collection: nothing in it is taken back.
    ///
    /// To write a collection whose elements may be taken back, make a changelog of it, or
    /// [upserts](Self::to_upserts).
    ///
    /// ```
    /// # use beamline_sdk::{Change, Pipeline, Timestamp, combine::Count, testing::{TestStream, assert_that}};
    /// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
    ///
    /// let each = Trigger::repeatedly(Trigger::after_count(1));
    /// let p = Pipeline::new();
    /// let at = Timestamp::from_millis;
    /// let clicks = p.apply(TestStream::new().element(at(1), "ann".to_owned()).element(at(2), "bob".to_owned()));
    /// let counts = clicks.window(Windowing::global().trigger(each, Accumulation::Retracting)).count();
    /// let changes = counts.to_changelog();
    /// assert_that(&changes).contains_in_any_order([Change::Insert(1), Change::Retract(1), Change::Insert(2)]);
    /// ```
    #[track_caller]
    pub fn to_changelog(&self) -> PCollection<Change<T>> {
        let windowing = Arc::new(self.windowing().without_retractions());
        let body = fused::<T>(|wiring| Op::single::<T>(wiring, ToChangelog::new(wiring)));
        self.then_windowed("ToChangelog", PAR_DO, body, Ok(windowing))
    }

    /// For a step that would take what is taken back for another element: an error that refuses it.
    pub(crate) fn check_stays(&self, what: &str) -> Result<()> {
        if !self.windowing().may_retract() {
            return Ok(());
        }
        let message = format!("elements of the collection may be taken back, and {what} cannot do that");
        let help = "say `.to_changelog()` before, or window its input with another accumulation than \
                    `Accumulation::Retracting`";
        Err(Error::new(ErrorKind::Graph, message).help(help))
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Makes what a table with one value for each key has to be told: the latest value, or that there is none. A value
    /// that replaces another makes one upsert, and one that is [taken back](crate::window#retractions) without another
    /// in its place deletes the key.
    ///
    /// To keep a table up to date, say [`write_upserts`](Self::write_upserts). This is for what it does not do: the order of
    /// upserts matters, so it belongs directly behind the grouping that makes the values, and is to be written without a
    /// shuffle in between. A key with values in several windows has several values: make the window a
    /// part of the key, with [`reify_windows`](PCollection::reify_windows).
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, combine::Max};
    /// use beamline_sdk::Upsert;
    /// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
    ///
    /// let each = Trigger::repeatedly(Trigger::after_count(1));
    /// let p = Pipeline::new();
    /// let scores = p.create([("ann".to_owned(), 3), ("ann".to_owned(), 7)]);
    /// let bests = scores.window(Windowing::global().trigger(each, Accumulation::Retracting)).combine_per_key(Max);
    /// let statements = bests.to_upserts().map(|upsert| match upsert {
    ///     Upsert::Put(name, best) => format!("insert or replace into bests values ('{name}', {best})"),
    ///     Upsert::Delete(name) => format!("delete from bests where name = '{name}'"),
    /// });
    /// ```
    #[track_caller]
    pub fn to_upserts(&self) -> PCollection<Upsert<K, V>>
    where
        K: Key,
    {
        let windowing = Arc::new(self.windowing().without_retractions());
        let body = fused::<(K, V)>(|wiring| Op::single::<(K, V)>(wiring, ToUpserts::new(wiring)));
        self.then_windowed("ToUpserts", PAR_DO, body, Ok(windowing))
    }
}
