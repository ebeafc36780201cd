//! The fields of a declaration: what the engine knows of them, and does with them.

use super::TimeDomain;
use super::timer::Pending;
use crate::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use std::time::Duration;

/// A field of a [`StateSpec`](super::StateSpec), as it was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateField {
    /// The name by which it is found again in saved state: that of the field, or `#[state(name = "…")]`.
    pub name: &'static str,
    /// What it is.
    pub kind: FieldKind,
    /// How long it keeps what is written to it.
    pub ttl: TimeToLive,
}

/// `last: value for 3600s`, `pause: event-time timer`.
impl fmt::Display for StateField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.kind)?;
        match self.ttl {
            TimeToLive::Unsaid => Ok(()),
            TimeToLive::Forever => f.write_str(" forever"),
            TimeToLive::For(ttl) => write!(f, " for {ttl:?}"),
        }
    }
}

/// The kinds of state and timers of the Beam model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// [`ValueState`](super::ValueState).
    Value,
    /// [`BagState`](super::BagState).
    Bag,
    /// [`CombiningState`](super::CombiningState).
    Combining,
    /// [`SetState`](super::SetState).
    Set,
    /// [`MapState`](super::MapState).
    Map,
    /// [`MultimapState`](super::MultimapState).
    Multimap,
    /// [`OrderedListState`](super::OrderedListState).
    OrderedList,
    /// A single [`Timer`](super::Timer).
    Timer(TimeDomain),
    /// Timers told apart by tags: a [`TimerMap`](super::TimerMap).
    TimerMap(TimeDomain),
}

impl FieldKind {
    /// Whether it is a timer, or timers.
    pub const fn is_timer(self) -> bool {
        matches!(self, Self::Timer(_) | Self::TimerMap(_))
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "value",
            Self::Bag => "bag",
            Self::Combining => "combining",
            Self::Set => "set",
            Self::Map => "map",
            Self::Multimap => "multimap",
            Self::OrderedList => "ordered list",
            Self::Timer(TimeDomain::EventTime) => "event-time timer",
            Self::Timer(TimeDomain::ProcessingTime) => "processing-time timer",
            Self::TimerMap(TimeDomain::EventTime) => "event-time timers",
            Self::TimerMap(TimeDomain::ProcessingTime) => "processing-time timers",
        })
    }
}

/// How long a cell keeps what is written to it, in event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeToLive {
    /// As long as its window; nothing else was said.
    Unsaid,
    /// As long as its window, and that is what is wanted.
    Forever,
    /// So long from the last write.
    For(Duration),
}

/// A cell of state.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no cell of state",
    label = "a cell of state or a timer is wanted here",
    note = "cells are `ValueState<T>`, `BagState<T>`, `CombiningState<C, V>`, `SetState<T>`, `MapState<K, V>`, \
            `MultimapState<K, V>` and `OrderedListState<T>`",
    note = "timers are declared by the names `EventTimer`, `ProcessingTimer`, `EventTimers<Tag>` and \
            `ProcessingTimers<Tag>`, not by other names of these types"
)]
pub trait StateCell: Default + Serialize + DeserializeOwned + Send + 'static {
    /// What kind of state it is.
    const KIND: FieldKind;

    /// Whether nothing is in it.
    fn is_empty(&self) -> bool;

    /// Forgets what is in it.
    fn clear(&mut self);

    /// Whether it has been written to since this was last asked.
    fn take_written(&mut self) -> bool;
}

/// One timer or several, in a field.
pub trait TimerField: Default + Serialize + DeserializeOwned + Send + 'static {
    /// What tells its timers apart.
    type Tag;

    /// What kind of timer it is.
    const KIND: FieldKind;

    /// What its timers wait for.
    const DOMAIN: TimeDomain;

    /// When the next one is due.
    fn next(&self) -> Option<Timestamp>;

    /// Where its timers hold the output watermark.
    fn hold(&self) -> Option<Timestamp>;

    /// Says that it will be needed soon: memory that is not in the field itself is brought into the cache.
    #[inline]
    fn ask_for(&self) {}

    /// Takes the next timer out, if it is due at `now`.
    fn take_due(&mut self, now: Timestamp) -> Option<(Self::Tag, Pending)>;
}

/// Is shown every field of a state, one after the other: how the engine works on states of any type.
///
/// `T` is the type that names the state's timers, [`StateSpec::Timer`](super::StateSpec::Timer).
pub trait Visitor<T> {
    /// A cell; `written_at` is where the time of its last write is kept, if it has a time to live.
    fn cell<C: StateCell>(&mut self, field: &'static StateField, cell: &mut C, written_at: Option<&mut Timestamp>);

    /// A timer, or timers; `name` says which one it is when one is due.
    fn timer<F: TimerField>(&mut self, field: &'static StateField, timer: &mut F, name: impl FnOnce(F::Tag) -> T);
}
