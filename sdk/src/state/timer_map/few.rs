//! Timers in a list: most keys have a few.

use crate::Timestamp;
use crate::kernel::prefetch::prefetch;
use crate::state::TimeDomain;
use crate::state::timer::Pending;

/// What a timer is set to. Most are of event time, and their results have the time that they are due at: so there may be
/// one instant instead of two, for each timer of each key.
pub(super) trait SetTo: Copy {
    fn pending(self) -> Pending;
}

impl SetTo for Timestamp {
    #[inline]
    fn pending(self) -> Pending {
        Pending { at: self, output: self }
    }
}

impl SetTo for Pending {
    #[inline]
    fn pending(self) -> Pending {
        self
    }
}

/// Timers in the order of time, and of tags at the same time, the first one last.
pub(super) struct Few<Tag, P>(Vec<(Tag, P)>);

/// So many at most.
const FEW: usize = 16;

/// Room is made for so many at a time: there may be as many lists as there are keys.
const MORE: usize = 4;

impl<Tag, P> Few<Tag, P> {
    pub(super) const NONE: Self = Self(Vec::new());

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Brings them into the cache.
    #[inline]
    pub(super) fn ask_for(&self) {
        self.0.iter().for_each(prefetch);
    }
}

impl<Tag, P: SetTo> Few<Tag, P> {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Tag, Pending)> {
        self.0.iter().map(|(tag, set_to)| (tag, set_to.pending()))
    }
}

impl<Tag: Ord, P: SetTo> Few<Tag, P> {
    pub(super) fn get(&self, tag: &Tag) -> Option<Pending> {
        self.0.iter().find(|(t, _)| t == tag).map(|(_, set_to)| set_to.pending())
    }

    /// Sets the timer of a tag, which it gives back if there are too many.
    #[inline]
    pub(super) fn put(&mut self, tag: Tag, set_to: P) -> Result<(), Tag> {
        let few = &mut self.0;
        if let Some(place) = few.iter().position(|(t, _)| *t == tag) {
            few.remove(place);
        } else if few.len() == FEW {
            return Err(tag);
        }
        if few.len() == few.capacity() {
            few.reserve_exact(MORE);
        }
        let at = set_to.pending().at;
        let place = few.iter().position(|(t, other)| (other.pending().at, t) < (at, &tag));
        few.insert(place.unwrap_or(few.len()), (tag, set_to));
        Ok(())
    }

    pub(super) fn remove(&mut self, tag: &Tag) {
        if let Some(place) = self.0.iter().position(|(t, _)| t == tag) {
            self.0.remove(place);
        }
    }

    #[inline]
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.0.last().map(|(_, set_to)| set_to.pending().at)
    }

    #[inline]
    pub(super) fn take_first(&mut self) -> Option<(Tag, Pending)> {
        self.0.pop().map(|(tag, set_to)| (tag, set_to.pending()))
    }

    /// Where they hold the output watermark.
    #[inline]
    pub(super) fn hold(&self, domain: TimeDomain) -> Option<Timestamp> {
        self.0.iter().filter_map(|(_, set_to)| set_to.pending().hold(domain)).min()
    }

    /// Takes all of them out.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (Tag, Pending)> + use<Tag, P> {
        std::mem::take(&mut self.0).into_iter().map(|(tag, set_to)| (tag, set_to.pending()))
    }
}
