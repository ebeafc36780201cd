//! Any number of timers, told apart by tags.

mod few;
mod many;

use super::TimeDomain;
use super::dofn::StateCx;
use super::field::{FieldKind, TimerField};
use super::timer::{EventTime, Pending, ProcessingTime, TimeDomainType};
use crate::kernel::prefetch::prefetch_all;
use crate::{BoxError, Element, Timestamp};
use few::Few;
use many::Many;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::marker::PhantomData;
use std::time::Duration;

/// Timers of a key in a window, each with a tag: [`EventTimers`] or [`ProcessingTimers`] (Beam's timer families).
///
/// ```
/// use beamline_sdk::state::{EventTimers, StateCx};
/// use beamline_sdk::Timestamp;
///
/// fn remind(reminders: &mut EventTimers<String>, cx: &StateCx<'_, String>) {
///     reminders.set("pay".to_owned(), Timestamp::from_millis(43_200_000), cx);
///     reminders.set("send".to_owned(), Timestamp::from_millis(86_400_000), cx);
///     reminders.clear(&"pay".to_owned());
///     assert_eq!(reminders.len(), 1);
/// }
/// ```
pub struct TimerMap<Tag, D> {
    timers: Timers<Tag>,
    _domain: PhantomData<fn() -> D>,
}

/// Timers that come when the watermark reaches their times.
pub type EventTimers<Tag> = TimerMap<Tag, EventTime>;

/// Timers that come when the clock reaches their times.
pub type ProcessingTimers<Tag> = TimerMap<Tag, ProcessingTime>;

enum Timers<Tag> {
    /// A few, whose outputs have the time that they are due at.
    Plain(Few<Tag, Timestamp>),
    Few(Few<Tag, Pending>),
    Many(Box<Many<Tag>>),
}

impl<Tag, D> Default for TimerMap<Tag, D> {
    fn default() -> Self {
        Self { timers: Timers::NONE, _domain: PhantomData }
    }
}

impl<Tag: Element + Ord, D: TimeDomainType> TimerMap<Tag, D> {
    /// Sets the timer of a tag, in place of what it was set to before: see [`Timer::set`](super::Timer::set).
    pub fn set<O>(&mut self, tag: Tag, at: Timestamp, cx: &StateCx<'_, O>) {
        self.put(tag, cx.timer_rules().pending(D::DOMAIN, at));
    }

    /// Sets the timer of a tag with an output timestamp: see [`Timer::set_with_output`](super::Timer::set_with_output).
    ///
    /// # Errors
    /// If `output` cannot be the timestamp of what the timer emits.
    pub fn set_with_output<O>(
        &mut self,
        tag: Tag,
        at: Timestamp,
        output: Timestamp,
        cx: &StateCx<'_, O>,
    ) -> Result<(), BoxError> {
        self.put(tag, cx.timer_rules().pending_with_output(D::DOMAIN, at, output)?);
        Ok(())
    }

    /// When the timer of a tag is due, if it is set.
    pub fn get(&self, tag: &Tag) -> Option<Timestamp> {
        self.timers.get(tag).map(|pending| pending.at)
    }

    /// Takes the timer of a tag back.
    pub fn clear(&mut self, tag: &Tag) {
        self.timers.remove(tag, D::DOMAIN);
    }

    /// Takes all timers back.
    pub fn clear_all(&mut self) {
        self.timers = Timers::NONE;
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        match &self.timers {
            Timers::Plain(few) => few.len(),
            Timers::Few(few) => few.len(),
            Timers::Many(many) => many.len(),
        }
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&mut self, tag: Tag, pending: Pending) {
        // Nothing is ever due at the end of time.
        if pending.at == Timestamp::MAX { self.clear(&tag) } else { self.timers.put(tag, pending, D::DOMAIN) }
    }
}

impl<Tag: Element + Ord> TimerMap<Tag, ProcessingTime> {
    /// Sets the timer of a tag to come when so much time of the clock has passed.
    pub fn set_after<O>(&mut self, tag: Tag, delay: Duration, cx: &StateCx<'_, O>) {
        self.set(tag, cx.now() + delay, cx);
    }
}

impl<Tag> Timers<Tag> {
    const NONE: Self = Self::Plain(Few::NONE);
}

impl<Tag: Clone + Ord> Timers<Tag> {
    fn get(&self, tag: &Tag) -> Option<Pending> {
        match self {
            Self::Plain(few) => few.get(tag),
            Self::Few(few) => few.get(tag),
            Self::Many(many) => many.get(tag),
        }
    }

    fn put(&mut self, tag: Tag, pending: Pending, domain: TimeDomain) {
        let left = match self {
            Self::Plain(few) if pending.output == pending.at => few.put(tag, pending.at),
            Self::Plain(few) => {
                let mut others = Few::NONE;
                few.take_all().for_each(|(tag, pending)| drop(others.put(tag, pending)));
                *self = Self::Few(others);
                return self.put(tag, pending, domain);
            }
            Self::Few(few) => few.put(tag, pending),
            Self::Many(many) => return many.put(tag, pending, domain),
        };
        if let Err(tag) = left {
            self.put_as_many(tag, pending, domain);
        }
    }

    #[cold]
    fn put_as_many(&mut self, tag: Tag, pending: Pending, domain: TimeDomain) {
        let mut many = match std::mem::replace(self, Self::NONE) {
            Self::Plain(mut few) => Box::new(Many::of(few.take_all(), domain)),
            Self::Few(mut few) => Box::new(Many::of(few.take_all(), domain)),
            Self::Many(many) => many,
        };
        many.put(tag, pending, domain);
        *self = Self::Many(many);
    }

    fn remove(&mut self, tag: &Tag, domain: TimeDomain) {
        match self {
            Self::Plain(few) => few.remove(tag),
            Self::Few(few) => few.remove(tag),
            Self::Many(many) => many.remove(tag, domain),
        }
    }
}

impl<Tag: Element + Ord, D: TimeDomainType> TimerField for TimerMap<Tag, D> {
    type Tag = Tag;
    const KIND: FieldKind = FieldKind::TimerMap(D::DOMAIN);
    const DOMAIN: TimeDomain = D::DOMAIN;

    #[inline]
    fn next(&self) -> Option<Timestamp> {
        match &self.timers {
            Timers::Plain(few) => few.first(),
            Timers::Few(few) => few.first(),
            Timers::Many(many) => many.first(),
        }
    }

    #[inline]
    fn hold(&self) -> Option<Timestamp> {
        match &self.timers {
            Timers::Plain(few) => few.hold(D::DOMAIN),
            Timers::Few(few) => few.hold(D::DOMAIN),
            Timers::Many(many) => many.hold(),
        }
    }

    #[inline]
    fn ask_for(&self) {
        match &self.timers {
            Timers::Plain(few) => few.ask_for(),
            Timers::Few(few) => few.ask_for(),
            Timers::Many(many) => prefetch_all(&**many),
        }
    }

    /// Of several at the same time the one with the least tag.
    #[inline]
    fn take_due(&mut self, now: Timestamp) -> Option<(Tag, Pending)> {
        self.next().filter(|at| *at <= now)?;
        match &mut self.timers {
            Timers::Plain(few) => few.take_first(),
            Timers::Few(few) => few.take_first(),
            Timers::Many(many) => many.take_first(D::DOMAIN),
        }
    }
}

/// As a list of tags and what they are set to.
impl<Tag: Serialize, D> Serialize for TimerMap<Tag, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.timers {
            Timers::Plain(few) => serializer.collect_seq(few.iter()),
            Timers::Few(few) => serializer.collect_seq(few.iter()),
            Timers::Many(many) => serializer.collect_seq(many.iter()),
        }
    }
}

impl<'de, Tag: Element + Ord, D: TimeDomainType> Deserialize<'de> for TimerMap<Tag, D> {
    fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        let timers = Vec::<(Tag, Pending)>::deserialize(deserializer)?;
        let mut map = Self::default();
        timers.into_iter().for_each(|(tag, pending)| map.put(tag, pending));
        Ok(map)
    }
}
