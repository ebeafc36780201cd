//! The sketch behind `ApproxDistinct`.
//!
//! A hash is read as an index, its top bits, and a rank: the position of the first one-bit among the others. Among many
//! hashes with an index, the greatest rank tells about how many there were.
//!
//! *Sparse*, a sketch keeps a set of (index of 26 bits, rank); with so many indexes hardly two values share one, and
//! counting them is as good as exact. *Dense*, it keeps the greatest rank for each index of `precision` bits. The
//! entries decide alone which of the two it is, so the result does not depend on the order of additions and merges.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// With more, a dense sketch would not be small; with less, not be useful.
pub(super) const PRECISIONS: RangeInclusive<u8> = 4..=18;

/// The bits of an index while sparse, and of the rank beside it.
const INDEX_BITS: u32 = 26;
const RANK_BITS: u32 = 32 - INDEX_BITS;

/// What [`ApproxDistinct`](super::ApproxDistinct) keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DistinctSketch(Form);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Form {
    Sparse(Entries),
    Dense(Vec<u8>),
}

impl Form {
    /// How much there is to go through; a dense form beats all that are sparse.
    fn len(&self) -> usize {
        match self {
            Form::Sparse(entries) => entries.len,
            Form::Dense(_) => usize::MAX,
        }
    }
}

impl Default for DistinctSketch {
    #[inline]
    fn default() -> Self {
        DistinctSketch(Form::Sparse(Entries::default()))
    }
}

impl DistinctSketch {
    #[inline]
    pub(super) fn add(&mut self, precision: u8, hash: u64) {
        match &mut self.0 {
            Form::Dense(ranks) => raise(ranks, index(hash, precision.into()), rank(hash, precision.into())),
            Form::Sparse(_) => self.add_entry(precision, Entry::new(hash)),
        }
    }

    fn add_entry(&mut self, precision: u8, entry: Entry) {
        match &mut self.0 {
            Form::Dense(ranks) => entry.raise(ranks, precision),
            Form::Sparse(entries) => {
                entries.insert(entry);
                if entries.len > 1 << precision >> 4 {
                    self.0 = Form::Dense(entries.to_ranks(precision));
                }
            }
        }
    }

    pub(super) fn merge(&mut self, precision: u8, mut other: Self) {
        if self.0.len() < other.0.len() {
            std::mem::swap(self, &mut other);
        }
        match other.0 {
            Form::Sparse(entries) => entries.iter().for_each(|entry| self.add_entry(precision, entry)),
            Form::Dense(theirs) => self.merge_ranks(&theirs),
        }
    }

    /// Both sketches are dense here: a sparse one is the shorter, and has been added entry by entry.
    fn merge_ranks(&mut self, theirs: &[u8]) {
        if let Form::Dense(ours) = &mut self.0 {
            for (our, their) in ours.iter_mut().zip(theirs) {
                *our = (*our).max(*their);
            }
        }
    }

    pub(super) fn estimate(&self, precision: u8) -> f64 {
        match &self.0 {
            Form::Sparse(entries) => count_linearly(entries.len),
            Form::Dense(ranks) => estimate(ranks, precision.into()),
        }
    }
}

#[inline]
fn index(hash: u64, bits: u32) -> usize {
    (hash >> (64 - bits)) as usize
}

/// From 1 to 65 − `bits`.
#[inline]
fn rank(hash: u64, bits: u32) -> u8 {
    let sentinel = 1 << (bits - 1);
    ((hash << bits) | sentinel).leading_zeros() as u8 + 1
}

#[inline]
fn raise(ranks: &mut [u8], index: usize, rank: u8) {
    ranks[index] = ranks[index].max(rank);
}

/// An index and a rank while sparse. Never zero, because no rank is.
#[derive(Clone, Copy)]
struct Entry(u32);

impl Entry {
    #[inline]
    fn new(hash: u64) -> Self {
        Entry((index(hash, INDEX_BITS) as u32) << RANK_BITS | u32::from(rank(hash, INDEX_BITS)))
    }

    #[inline]
    fn index(self) -> u32 {
        self.0 >> RANK_BITS
    }

    /// Enters what the hash would have entered.
    fn raise(self, ranks: &mut [u8], precision: u8) {
        let dropped = INDEX_BITS - u32::from(precision);
        let tail = self.index() << (32 - dropped);
        let rank = match tail.leading_zeros() {
            32 => dropped + (self.0 & ((1 << RANK_BITS) - 1)),
            zeros => zeros + 1,
        };
        raise(ranks, (self.index() >> dropped) as usize, rank as u8);
    }
}

/// A set of entries with different indexes: a hash table with linear probing. Indexes are parts of a hash, so their low
/// bits are the place to look. Travels as the list of its entries.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
struct Entries {
    /// Zero where empty; a power of two of them, at most three quarters full.
    slots: Vec<u32>,
    len: usize,
}

impl Entries {
    #[inline]
    fn insert(&mut self, entry: Entry) {
        if 4 * (self.len + 1) > 3 * self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = entry.index() as usize & mask;
        while self.slots[at] != 0 && Entry(self.slots[at]).index() != entry.index() {
            at = (at + 1) & mask;
        }
        self.len += usize::from(self.slots[at] == 0);
        self.slots[at] = self.slots[at].max(entry.0);
    }

    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(4);
        let smaller = std::mem::replace(self, Entries { slots: vec![0; size], len: 0 });
        smaller.iter().for_each(|entry| self.insert(entry));
    }

    fn iter(&self) -> impl Iterator<Item = Entry> {
        self.slots.iter().filter(|slot| **slot != 0).map(|slot| Entry(*slot))
    }

    fn to_ranks(&self, precision: u8) -> Vec<u8> {
        let mut ranks = vec![0; 1 << precision];
        self.iter().for_each(|entry| entry.raise(&mut ranks, precision));
        ranks
    }
}

impl From<Vec<u32>> for Entries {
    fn from(list: Vec<u32>) -> Self {
        let mut entries = Entries::default();
        for entry in list {
            entries.insert(Entry(entry));
        }
        entries
    }
}

impl From<Entries> for Vec<u32> {
    fn from(entries: Entries) -> Self {
        entries.iter().map(|entry| entry.0).collect()
    }
}

/// Equal as sets: where an entry sits depends on the order of insertion.
impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |entries: &Self| {
            let mut list = Vec::from(entries.clone());
            list.sort_unstable();
            list
        };
        sorted(self) == sorted(other)
    }
}

/// How many values there were when they hit so many different indexes (Whang, Vander-Zanden and Taylor, 1990).
fn count_linearly(hit: usize) -> f64 {
    let indexes = f64::from(1 << INDEX_BITS);
    -indexes * (-(hit as f64) / indexes).ln_1p()
}

/// Ertl's improved estimator: like the harmonic mean of the original one, with corrections for the indexes that were
/// never hit and for those that have reached the greatest rank.
fn estimate(ranks: &[u8], precision: u32) -> f64 {
    let indexes = ranks.len() as f64;
    let with_rank = histogram(ranks);
    let greatest = 65 - precision as usize;
    let mut sum = indexes * tau(1.0 - with_rank[greatest] / indexes);
    for count in with_rank[1..greatest].iter().rev() {
        sum = 0.5 * (sum + count);
    }
    sum += indexes * sigma(with_rank[0] / indexes);
    indexes * indexes / (2.0 * std::f64::consts::LN_2 * sum)
}

fn histogram(ranks: &[u8]) -> [f64; 66] {
    let mut with_rank = [0.0; 66];
    for rank in ranks {
        with_rank[usize::from(*rank)] += 1.0;
    }
    with_rank
}

/// `x + Σ x^(2ᵏ) 2ᵏ⁻¹` over k ≥ 1, for a share `x` of indexes that were never hit.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut sum, mut weight) = (x, 1.0);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum <= before {
            return sum;
        }
    }
}

/// `(1 − x − Σ (1 − x^(2⁻ᵏ))² 2⁻ᵏ) / 3` over k ≥ 1, for a share `1 − x` of indexes with the greatest rank.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut sum, mut weight) = (1.0 - x, 1.0);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x).powi(2) * weight;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::combine::random::mix;

    #[test]
    fn entries_stand_for_their_hashes_at_any_precision() {
        for precision in PRECISIONS {
            for seed in 0..2000 {
                // Few one-bits, so that long runs of zeros and their ends are met.
                let hash = mix(seed) & mix(seed + 5000) & mix(seed + 10_000) & mix(seed + 15_000);
                let bits = u32::from(precision);
                let (mut direct, mut by_entry) = (vec![0; 1 << precision], vec![0; 1 << precision]);
                raise(&mut direct, index(hash, bits), rank(hash, bits));
                Entry::new(hash).raise(&mut by_entry, precision);
                assert!(direct == by_entry, "{hash:064b} at {precision}");
            }
        }
    }

    #[test]
    fn ranks_count_from_one() {
        assert_eq!(rank(u64::MAX, 14), 1);
        assert_eq!(rank(1, 14), 50);
        assert_eq!(rank(0, 14), 51);
        assert_eq!(rank(0, INDEX_BITS), 39);
    }

    /// The greatest ranks after `count` values, drawn from their distribution rather than counted.
    fn drawn(precision: u32, count: f64) -> Vec<u8> {
        let indexes = 1_u64 << precision;
        let greatest = 65 - precision as u8;
        let draw = |seed: u64| {
            let chance = (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64;
            let at_most = |rank: u8| (-count / indexes as f64 * 0.5_f64.powi(rank.into())).exp();
            (0..greatest).find(|rank| chance < at_most(*rank)).unwrap_or(greatest)
        };
        (0..indexes).map(draw).collect()
    }

    /// Up to counts that exhaust the hashes, where the original estimator needs yet another correction.
    #[test]
    fn the_estimator_works_for_any_count() {
        for exponent in 5..=19 {
            let count = 10_f64.powi(exponent);
            let error = estimate(&drawn(14, count), 14) / count - 1.0;
            assert!(error.abs() < 4.0 * 1.04 / 128.0, "{error} at {count}");
        }
    }

    /// `tau` stands for the ranks that did not fit: those among more values than the hash has bits for.
    #[test]
    fn tau_is_the_sum_over_the_ranks_beyond() {
        for x in [0.01_f64, 0.3, 0.5, 0.9, 0.999] {
            let up_to = |j: i32| x.powf(0.5_f64.powi(j));
            let beyond: f64 = (1..60).map(|j| 0.5_f64.powi(j) * (up_to(j) - up_to(j - 1))).sum();
            assert!((tau(x) - beyond).abs() < 1e-12, "{} is not {beyond}", tau(x));
        }
    }

    #[test]
    fn no_hits_are_no_values() {
        assert_eq!(estimate(&[0; 16], 4).to_bits(), 0.0_f64.to_bits());
        assert_eq!(count_linearly(0).to_bits(), 0.0_f64.to_bits());
    }
}
