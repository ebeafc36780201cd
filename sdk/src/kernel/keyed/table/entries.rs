//! Entries in the order of their coming.

use super::chunks::{Chunks, Drained, Each, Taken, room_in};

/// Elements by their numbers: the first ones in one vector, where they are found at once, and what is more in chunks.
#[derive(Clone)]
pub(crate) struct Entries<T, const FIRST: usize = LARGE, const CHUNK: usize = SMALL> {
    /// As far as they go into so many bytes.
    first: Vec<T>,
    chunks: Chunks<T, CHUNK>,
}

const LARGE: usize = 32 << 20;
/// Allocators give out what is larger in steps as large as this.
const SMALL: usize = 512 << 10;

/// A vector of at least so many bytes gets all the room that it may have at once: copies of it would take memory, where
/// room does not before something is in it.
const GROWN: usize = 2 << 20;

impl<T, const FIRST: usize, const CHUNK: usize> Entries<T, FIRST, CHUNK> {
    /// A power of two, which is what vectors grow to.
    const FULL: usize = 1 << room_in::<T>(FIRST).ilog2();

    pub(crate) const fn new() -> Self {
        Self { first: Vec::new(), chunks: Chunks::new() }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.chunks.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Those in one vector, which are all if there are not many.
    #[inline]
    pub(super) fn first_mut(&mut self) -> &mut [T] {
        &mut self.first
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.first.get(number).or_else(|| self.chunks.get(number.checked_sub(Self::FULL)?))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let number = number as usize;
        self.first.get_mut(number).or_else(|| self.chunks.get_mut(number.checked_sub(Self::FULL)?))
    }

    /// Adds an element; says how many there are then.
    #[inline]
    pub(crate) fn push(&mut self, element: T) -> usize {
        if self.first.len() < Self::FULL {
            if self.first.len() == self.first.capacity() {
                self.grow_first();
            }
            self.first.push(element);
            return self.first.len();
        }
        self.chunks.push(element);
        self.len()
    }

    #[cold]
    fn grow_first(&mut self) {
        let len = self.first.len();
        let room = if size_of_val(&self.first[..]) < GROWN { len.max(4) } else { Self::FULL };
        self.first.reserve_exact(room.min(Self::FULL - len));
    }

    pub(crate) fn iter(&self) -> Each<'_, T> {
        self.chunks.behind(&self.first)
    }

    /// Those behind the first `before`.
    pub(super) fn since(&self, before: usize) -> Each<'_, T> {
        match self.first.get(before..) {
            Some(first) => self.chunks.behind(first),
            None => self.chunks.since(before.saturating_sub(Self::FULL)),
        }
    }

    /// Takes all out. Those in one vector leave their room behind.
    pub(super) fn drain(&mut self) -> Drained<'_, T> {
        Drained { first: self.first.drain(..), later: self.chunks.take() }
    }

    /// Takes the first `n` out.
    pub(super) fn take_first(&mut self, n: usize) -> Self {
        let next = Self { first: Vec::with_capacity(self.first.capacity()), ..Self::new() };
        let mut all = std::mem::replace(self, next).into_iter();
        let first = all.by_ref().take(n).collect();
        for element in all {
            self.push(element);
        }
        first
    }

    /// Takes those out that are not to stay.
    pub(super) fn divide(&mut self, mut stays: impl FnMut(&T) -> bool) -> Taken<T> {
        let mut others = Chunks::<T, CHUNK>::new();
        self.first.extract_if(.., |element| !stays(element)).for_each(|element| others.push(element));
        for element in self.chunks.take() {
            if stays(&element) {
                self.push(element);
            } else {
                others.push(element);
            }
        }
        others.take()
    }

    pub(super) fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        self.first.retain_mut(&mut keep);
        for mut element in self.chunks.take() {
            if keep(&mut element) {
                self.push(element);
            }
        }
    }

    /// Keeps no more room than so many elements need, or than there are.
    pub(super) fn shrink_to(&mut self, len: usize) {
        self.first.shrink_to(len);
        self.chunks.shrink_to_fit();
    }
}

impl<T, const FIRST: usize, const CHUNK: usize> FromIterator<T> for Entries<T, FIRST, CHUNK> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut all = Self::new();
        elements.into_iter().for_each(|element| _ = all.push(element));
        all
    }
}

impl<T, const FIRST: usize, const CHUNK: usize> IntoIterator for Entries<T, FIRST, CHUNK> {
    type Item = T;
    type IntoIter = Taken<T>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.chunks.take_behind(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sixteen numbers in one vector, and chunks of five.
    type Few = Entries<u32, 64, 20>;

    #[derive(Clone, Debug)]
    enum Change {
        Push(u32),
        TakeFirst(usize),
        Divide(u32),
        Retain(u32),
        Shrink(usize),
        Drain,
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            6 => (0u32..40).prop_map(Change::Push),
            1 => (0usize..60).prop_map(Change::TakeFirst),
            1 => (1u32..4).prop_map(Change::Divide),
            1 => (1u32..4).prop_map(Change::Retain),
            1 => (0usize..60).prop_map(Change::Shrink),
            1 => Just(Change::Drain),
        ]
    }

    /// Makes a change to both; says what it takes out of each.
    fn make(change: Change, next: &mut u32, entries: &mut Few, vector: &mut Vec<u32>) -> [Vec<u32>; 2] {
        match change {
            Change::Push(count) => {
                for number in *next..*next + count {
                    vector.push(number);
                    assert_eq!(entries.push(number), vector.len());
                }
                *next += count;
            }
            Change::TakeFirst(n) => {
                let first = vector.drain(..n.min(vector.len())).collect();
                return [entries.take_first(n).into_iter().collect(), first];
            }
            Change::Divide(by) => {
                let (stay, go) = vector.iter().partition(|number| number.is_multiple_of(by));
                *vector = stay;
                return [entries.divide(|number| number.is_multiple_of(by)).collect(), go];
            }
            Change::Retain(by) => {
                entries.retain_mut(|number| number.is_multiple_of(by));
                vector.retain(|number| number.is_multiple_of(by));
            }
            Change::Shrink(len) => entries.shrink_to(len),
            Change::Drain => return [entries.drain().collect(), std::mem::take(vector)],
        }
        [vec![], vec![]]
    }

    proptest! {
        #[test]
        fn entries_are_a_vector(changes in prop::collection::vec(change(), 0..20), before in 0usize..100) {
            let (mut next, mut entries, mut vector) = (0, Few::new(), Vec::new());
            for change in changes {
                let [taken, expected] = make(change, &mut next, &mut entries, &mut vector);
                prop_assert_eq!(taken, expected);
                prop_assert!(entries.iter().eq(&vector));
                prop_assert_eq!((entries.len(), entries.is_empty()), (vector.len(), vector.is_empty()));
                let before = before.min(vector.len());
                prop_assert!(entries.since(before).eq(&vector[before..]));
                let numbers = || (0..=vector.len() as u32).chain([u32::MAX]);
                prop_assert!(numbers().all(|at| entries.get(at) == vector.get(at as usize)));
                prop_assert!(numbers().all(|at| entries.get_mut(at).copied() == vector.get(at as usize).copied()));
                prop_assert!(entries.first_mut().iter().eq(vector.iter().take(16)));
            }
            prop_assert!(entries.clone().into_iter().eq(vector));
        }
    }

    #[test]
    fn there_is_room_for_one_at_least() {
        assert_eq!([room_in::<u8>(7), room_in::<u16>(7), room_in::<u64>(7), room_in::<()>(7)], [7, 3, 1, 7]);
    }
}
