//! Any number of timers, told apart by tags.

use super::TimeDomain;
use super::dofn::StateCx;
use super::field::{FieldKind, TimerField};
use super::timer::{EventTime, Pending, ProcessingTime, TimeDomainType};
use crate::kernel::prefetch::{prefetch, prefetch_all};
use crate::{BoxError, Element, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
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

/// Beyond this many, timers are found through trees.
const FEW: usize = 16;

/// Room is made for so many at a time: there may be as many maps as there are keys.
const MORE: usize = 4;

enum Timers<Tag> {
    /// In the order of time, and of tags at the same time, the first one last.
    Few(Vec<(Tag, Pending)>),
    Many(Box<Index<Tag>>),
}

/// Timers by tag, by time, and where they hold the watermark, with how many of them.
struct Index<Tag> {
    by_tag: BTreeMap<Tag, Pending>,
    by_time: BTreeSet<(Timestamp, Tag)>,
    holds: BTreeMap<Timestamp, u32>,
}

impl<Tag, D> Default for TimerMap<Tag, D> {
    fn default() -> Self {
        Self { timers: Timers::Few(Vec::new()), _domain: PhantomData }
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
        self.timers = Timers::Few(Vec::new());
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        match &self.timers {
            Timers::Few(few) => few.len(),
            Timers::Many(many) => many.by_tag.len(),
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

impl<Tag: Clone + Ord> Timers<Tag> {
    fn get(&self, tag: &Tag) -> Option<Pending> {
        match self {
            Self::Few(few) => few.iter().find(|(t, _)| t == tag).map(|(_, pending)| *pending),
            Self::Many(many) => many.by_tag.get(tag).copied(),
        }
    }

    fn put(&mut self, tag: Tag, pending: Pending, domain: TimeDomain) {
        match self {
            Self::Many(many) => many.put(tag, pending, domain),
            Self::Few(few) => match few.iter().position(|(t, _)| *t == tag) {
                Some(place) => move_to(few, place, pending),
                None if few.len() < FEW => {
                    if few.len() == few.capacity() {
                        few.reserve_exact(MORE);
                    }
                    let place = place_of(few, &tag, pending.at);
                    few.insert(place, (tag, pending));
                }
                None => {
                    let mut many = Box::new(Index::from(std::mem::take(few), domain));
                    many.put(tag, pending, domain);
                    *self = Self::Many(many);
                }
            },
        }
    }

    fn remove(&mut self, tag: &Tag, domain: TimeDomain) -> Option<Pending> {
        match self {
            Self::Many(many) => many.remove(tag, domain),
            Self::Few(few) => {
                let place = few.iter().position(|(t, _)| t == tag)?;
                Some(few.remove(place).1)
            }
        }
    }

    /// The next to come; of several at the same time the one with the least tag.
    fn first(&self) -> Option<(Timestamp, &Tag)> {
        match self {
            Self::Few(few) => few.last().map(|(tag, pending)| (pending.at, tag)),
            Self::Many(many) => many.by_time.first().map(|(at, tag)| (*at, tag)),
        }
    }

    /// Takes the first one out.
    fn take_first(&mut self, domain: TimeDomain) -> Option<(Tag, Pending)> {
        match self {
            Self::Few(few) => few.pop(),
            Self::Many(many) => {
                let (_, tag) = many.by_time.first()?;
                let tag = tag.clone();
                many.remove(&tag, domain).map(|pending| (tag, pending))
            }
        }
    }

    fn hold(&self, domain: TimeDomain) -> Option<Timestamp> {
        match self {
            Self::Few(few) => few.iter().filter_map(|(_, pending)| pending.hold(domain)).min(),
            Self::Many(many) => many.holds.first_key_value().map(|(hold, _)| *hold),
        }
    }
}

/// Where in the order of time a timer belongs, of a tag that has none.
fn place_of<Tag: Ord>(few: &[(Tag, Pending)], tag: &Tag, at: Timestamp) -> usize {
    few.iter().position(|(t, pending)| (pending.at, t) < (at, tag)).unwrap_or(few.len())
}

/// Sets a timer anew, and moves it to where it belongs then.
fn move_to<Tag: Ord>(few: &mut Vec<(Tag, Pending)>, place: usize, pending: Pending) {
    let (tag, _) = few.remove(place);
    let place = place_of(few, &tag, pending.at);
    few.insert(place, (tag, pending));
}

impl<Tag: Clone + Ord> Index<Tag> {
    fn from(few: Vec<(Tag, Pending)>, domain: TimeDomain) -> Self {
        let mut index = Self { by_tag: BTreeMap::new(), by_time: BTreeSet::new(), holds: BTreeMap::new() };
        few.into_iter().for_each(|(tag, pending)| index.put(tag, pending, domain));
        index
    }

    fn put(&mut self, tag: Tag, pending: Pending, domain: TimeDomain) {
        self.remove(&tag, domain);
        self.by_time.insert((pending.at, tag.clone()));
        self.by_tag.insert(tag, pending);
        if let Some(hold) = pending.hold(domain) {
            *self.holds.entry(hold).or_default() += 1;
        }
    }

    fn remove(&mut self, tag: &Tag, domain: TimeDomain) -> Option<Pending> {
        let (tag, pending) = self.by_tag.remove_entry(tag)?;
        self.by_time.remove(&(pending.at, tag));
        if let Some(hold) = pending.hold(domain) {
            let count = self.holds.get_mut(&hold).expect("a timer's hold is counted");
            *count -= 1;
            if *count == 0 {
                self.holds.remove(&hold);
            }
        }
        Some(pending)
    }
}

impl<Tag: Element + Ord, D: TimeDomainType> TimerField for TimerMap<Tag, D> {
    type Tag = Tag;
    const KIND: FieldKind = FieldKind::TimerMap(D::DOMAIN);
    const DOMAIN: TimeDomain = D::DOMAIN;

    fn next(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| at)
    }

    fn hold(&self) -> Option<Timestamp> {
        self.timers.hold(D::DOMAIN)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(Tag, Pending)> {
        self.timers.first().filter(|(at, _)| *at <= now)?;
        self.timers.take_first(D::DOMAIN)
    }

    #[inline]
    fn ask_for(&self) {
        match &self.timers {
            Timers::Few(few) => few.iter().for_each(prefetch),
            Timers::Many(many) => prefetch_all(&**many),
        }
    }
}

/// As a list of tags and what they are set to.
impl<Tag: Serialize, D> Serialize for TimerMap<Tag, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.timers {
            Timers::Few(few) => few.serialize(serializer),
            Timers::Many(many) => serializer.collect_seq(&many.by_tag),
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
