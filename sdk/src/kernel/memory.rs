//! The memory budget of a run, and how much of it things take.

use super::hash::hash_key;
use crate::coder;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes that tables, side inputs and overflow of all workers may take together.
#[derive(Debug)]
pub struct MemoryBudget {
    limit: usize,
    /// What of it tables may share.
    shared: usize,
    /// What a table may use without asking.
    allowance: usize,
    used: AtomicUsize,
    /// The part of `used` that can never move to disk.
    pinned: AtomicUsize,
}

/// Reserving in steps of this size keeps the workers from meeting at one counter.
const STEP: usize = 256 << 10;

impl MemoryBudget {
    /// A budget of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        let none = || AtomicUsize::new(0);
        Self { limit, shared: limit, allowance: ALLOWANCE, used: none(), pinned: none() }
    }

    /// A budget of which tables get `allowance` bytes each and no more, so that little data does what much does: for
    /// tests.
    #[doc(hidden)]
    #[must_use]
    pub fn starving(self, allowance: usize) -> Self {
        Self { shared: 0, allowance, ..self }
    }

    /// What one of the `workers` may take for a single piece of work without asking.
    pub(crate) fn share(&self, workers: usize) -> usize {
        (self.shared / (8 * workers)).max(self.allowance)
    }

    /// The whole budget in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    fn try_take(&self, bytes: usize) -> bool {
        let more = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.shared);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Takes bytes from those who can go to disk: they notice when they ask for more.
    fn try_pin(&self, bytes: usize) -> bool {
        let more = |pinned: usize| pinned.checked_add(bytes).filter(|sum| *sum <= self.limit);
        let ok = self.pinned.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok();
        if ok {
            self.used.fetch_add(bytes, Ordering::Relaxed);
        }
        ok
    }

    fn unpin(&self, bytes: usize) {
        self.pinned.fetch_sub(bytes, Ordering::Relaxed);
        self.give_back(bytes);
    }
}

/// One holder's part of the budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    /// What may be used without asking.
    allowance: usize,
    step: usize,
    taken: usize,
    used: usize,
}

/// What a table may use without asking: one that spilled with less would write single rows.
const ALLOWANCE: usize = 1 << 20;

impl Reservation {
    /// For a table, which has a little memory in any case.
    pub fn new(budget: &Arc<MemoryBudget>) -> Self {
        Self { budget: budget.clone(), allowance: budget.allowance, step: STEP, taken: 0, used: 0 }
    }

    /// For things of which there are many: neither an allowance nor room to grow.
    pub fn exact(budget: &Arc<MemoryBudget>) -> Self {
        Self { budget: budget.clone(), allowance: 0, step: 1, taken: 0, used: 0 }
    }

    /// Counts `bytes` more; `false` if the budget refuses, and nothing is counted.
    #[inline]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let wanted = self.used + bytes;
        if wanted > self.taken + self.allowance {
            let more = (wanted - self.allowance - self.taken).next_multiple_of(self.step);
            if !self.budget.try_take(more) {
                return false;
            }
            self.taken += more;
        }
        self.used = wanted;
        true
    }

    /// Counts `bytes` fewer.
    pub fn shrink(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
        let needed = self.used.saturating_sub(self.allowance);
        let spare = self.taken.saturating_sub(needed) / self.step * self.step;
        self.taken -= spare;
        self.budget.give_back(spare);
    }

    /// Counts `bytes` in place of what has been counted; `false` if the budget refuses, and nothing changes.
    pub(crate) fn set(&mut self, bytes: usize) -> bool {
        if bytes > self.used {
            return self.grow(bytes - self.used);
        }
        self.shrink(self.used - bytes);
        true
    }

    /// Takes what has been counted out: it goes on being reserved, by another holder.
    pub(crate) fn take(&mut self) -> Self {
        let next = Self { budget: self.budget.clone(), allowance: self.allowance, step: self.step, taken: 0, used: 0 };
        std::mem::replace(self, next)
    }

    /// The bytes counted.
    pub fn used(&self) -> usize {
        self.used
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.give_back(self.taken);
    }
}

/// A part of the budget for what cannot go to disk: only its like can keep it from growing.
#[derive(Debug)]
pub(crate) struct Pinned {
    budget: Arc<MemoryBudget>,
    used: usize,
}

impl Pinned {
    pub(crate) fn new(budget: &Arc<MemoryBudget>) -> Self {
        Self { budget: budget.clone(), used: 0 }
    }

    /// Counts `bytes` more; `false` if the budget refuses, and nothing is counted.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let ok = self.budget.try_pin(bytes);
        self.used += if ok { bytes } else { 0 };
        ok
    }

    /// The bytes counted.
    pub(crate) fn used(&self) -> usize {
        self.used
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        self.budget.unpin(self.used);
    }
}

/// What an allocator keeps for each of its blocks.
const PER_ALLOCATION: usize = 16;

/// About how many bytes a value takes: its own size, and for types with heap memory the length of its encoding.
#[inline]
pub(crate) fn size_of_value<T: Serialize>(value: &T) -> usize {
    if std::mem::needs_drop::<T>() {
        size_of::<T>() + coder::encoded_len(value) + PER_ALLOCATION
    } else {
        size_of::<T>()
    }
}

/// So many values are looked at one by one.
const FEW: usize = 16;

/// About how many bytes values take: of many that own memory, what some of them take, here and there, stands for all.
pub(crate) fn size_of_values<T: Serialize>(values: &[T]) -> usize {
    if values.len() <= FEW || !std::mem::needs_drop::<T>() {
        return values.iter().map(size_of_value).sum();
    }
    // Hashes are everywhere, whatever pattern the values follow.
    let places = (0..FEW).map(|i| ((hash_key(&i) >> 32) as usize * values.len()) >> 32);
    places.map(|place| size_of_value(&values[place])).sum::<usize>() * values.len() / FEW
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_budget_is_shared_and_given_back() {
        let budget = Arc::new(MemoryBudget::new(4 * STEP));
        let (mut a, mut b) = (Reservation::new(&budget), Reservation::new(&budget));
        assert!(a.grow(ALLOWANCE + 3 * STEP - 1));
        assert!(b.grow(ALLOWANCE + STEP));
        assert!(!b.grow(1));
        a.shrink(2 * STEP);
        assert!(b.grow(STEP));
        drop((a, b));
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_table_has_an_allowance_and_a_batch_has_none() {
        let budget = Arc::new(MemoryBudget::new(10));
        let mut table = Reservation::new(&budget);
        assert!(table.grow(ALLOWANCE) && !table.grow(1));
        let mut batch = Reservation::exact(&budget);
        assert!(batch.grow(7) && !batch.grow(4) && batch.grow(3));
        batch.shrink(5);
        assert!(Reservation::exact(&budget).grow(5));
    }

    #[test]
    fn what_is_pinned_goes_before() {
        let budget = Arc::new(MemoryBudget::new(10));
        let (mut rows, mut view) = (Reservation::exact(&budget), Pinned::new(&budget));
        assert!(rows.grow(10) && view.grow(10) && !view.grow(1));
        rows.shrink(10);
        assert!(!rows.grow(1), "the others feel it");
        drop(view);
        assert!(rows.grow(10));
        drop(rows);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }

    proptest! {
        #[test]
        fn many_values_take_about_what_some_do(len in 0usize..3_000, period in 1usize..20) {
            let values: Vec<String> = (0..len).map(|i| "x".repeat(if i % period == 0 { 100 } else { 0 })).collect();
            let exact: usize = values.iter().map(size_of_value).sum();
            let about = size_of_values(&values);
            prop_assert!(about <= 2 * exact && exact <= 2 * about);
            let numbers = vec![7u32; len];
            prop_assert_eq!(size_of_values(&numbers), 4 * len);
        }

        #[test]
        fn what_is_taken_is_what_is_used(
            changes in prop::collection::vec((0..4usize, any::<bool>(), 0..3 * STEP), 0..100),
        ) {
            let budget = Arc::new(MemoryBudget::new(8 * STEP));
            let new = |i| if i < 2 { Reservation::new(&budget) } else { Reservation::exact(&budget) };
            let mut holders: Vec<_> = (0..4).map(new).collect();
            for (who, grow, bytes) in changes {
                let before = holders[who].used();
                let holder = &mut holders[who];
                let refused = grow && !holder.grow(bytes);
                if !grow {
                    holder.shrink(bytes);
                }
                let after = if grow { before + bytes } else { before.saturating_sub(bytes) };
                prop_assert_eq!(holder.used(), if refused { before } else { after });
                prop_assert!(holder.used() <= holder.taken + holder.allowance);
                prop_assert!(holder.taken < holder.used() + holder.step, "no more than is needed");
                let taken: usize = holders.iter().map(|h| h.taken).sum();
                prop_assert_eq!(budget.used.load(Ordering::Relaxed), taken);
                prop_assert!(taken <= 8 * STEP);
            }
            drop(holders);
            prop_assert_eq!(budget.used.load(Ordering::Relaxed), 0);
        }
    }
}
