//! Timers in trees.

use crate::Timestamp;
use crate::state::TimeDomain;
use crate::state::timer::Pending;
use std::collections::{BTreeMap, BTreeSet};

/// Timers by tag, by time, and where they hold the watermark, with how many of them.
pub(super) struct Many<Tag> {
    by_tag: BTreeMap<Tag, Pending>,
    by_time: BTreeSet<(Timestamp, Tag)>,
    holds: BTreeMap<Timestamp, u32>,
}

impl<Tag: Clone + Ord> Many<Tag> {
    pub(super) fn of(timers: impl Iterator<Item = (Tag, Pending)>, domain: TimeDomain) -> Self {
        let mut many = Self { by_tag: BTreeMap::new(), by_time: BTreeSet::new(), holds: BTreeMap::new() };
        timers.for_each(|(tag, pending)| many.put(tag, pending, domain));
        many
    }

    pub(super) fn get(&self, tag: &Tag) -> Option<Pending> {
        self.by_tag.get(tag).copied()
    }

    pub(super) fn put(&mut self, tag: Tag, pending: Pending, domain: TimeDomain) {
        self.remove(&tag, domain);
        self.by_time.insert((pending.at, tag.clone()));
        self.by_tag.insert(tag, pending);
        if let Some(hold) = pending.hold(domain) {
            *self.holds.entry(hold).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, tag: &Tag, domain: TimeDomain) {
        if let Some((tag, pending)) = self.by_tag.remove_entry(tag) {
            self.by_time.remove(&(pending.at, tag));
            self.release(pending, domain);
        }
    }

    fn release(&mut self, pending: Pending, domain: TimeDomain) {
        let Some(hold) = pending.hold(domain) else { return };
        let count = self.holds.get_mut(&hold).expect("a timer's hold is counted");
        *count -= 1;
        if *count == 0 {
            self.holds.remove(&hold);
        }
    }

    pub(super) fn first(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    pub(super) fn take_first(&mut self, domain: TimeDomain) -> Option<(Tag, Pending)> {
        let (_, tag) = self.by_time.pop_first()?;
        let pending = self.by_tag.remove(&tag)?;
        self.release(pending, domain);
        Some((tag, pending))
    }

    pub(super) fn hold(&self) -> Option<Timestamp> {
        self.holds.first_key_value().map(|(hold, _)| *hold)
    }
}

impl<Tag> Many<Tag> {
    pub(super) fn len(&self) -> usize {
        self.by_tag.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Tag, Pending)> {
        self.by_tag.iter().map(|(tag, pending)| (tag, *pending))
    }
}
