//! The sketch behind `ApproxQuantiles`.
//!
//! A value on level `h` stands for `2ʰ` inputs. A level that is full is sorted, and every second value, beginning with
//! the first or the second by the toss of a coin, moves up to stand for its neighbour as well: a rank changes by `2ʰ`
//! at most, and not at all on average. Lower levels matter less and are shorter.

use super::random::mix;
use serde::{Deserialize, Serialize};

/// The length of a level, relative to the one above.
const SHRINK: f64 = 2.0 / 3.0;

/// What [`ApproxQuantiles`](super::ApproxQuantiles) keeps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QuantileSketch {
    count: u64,
    min: f64,
    max: f64,
    /// A bit for each level: the last toss of its coin.
    coins: u64,
    /// A bit for each level: whether the next toss is the second of a pair.
    second: u64,
    /// In order of arrival on the lowest level, sorted on the others.
    levels: Vec<Vec<f64>>,
}

impl QuantileSketch {
    #[inline]
    pub(super) fn add(&mut self, k: usize, value: f64) {
        if value.is_nan() {
            return;
        }
        self.saw(1, value, value);
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        self.levels[0].push(value);
        if self.levels[0].len() >= k {
            self.compress(k);
        }
    }

    #[inline]
    fn saw(&mut self, count: u64, min: f64, max: f64) {
        let first = self.count == 0;
        self.min = if first { min } else { self.min.min(min) };
        self.max = if first { max } else { self.max.max(max) };
        self.count += count;
    }

    pub(super) fn merge(&mut self, k: usize, mut other: Self) {
        if self.levels.len() < other.levels.len() {
            std::mem::swap(self, &mut other);
        }
        if other.count == 0 {
            return;
        }
        self.saw(other.count, other.min, other.max);
        for (level, values) in other.levels.into_iter().enumerate() {
            self.levels[level].extend(values);
            if level > 0 {
                self.levels[level].sort_by(f64::total_cmp);
            }
        }
        self.compress(k);
    }

    /// Halves the lowest level when it is full, and others that are full until the rest is small enough.
    #[inline(never)]
    fn compress(&mut self, k: usize) {
        if self.levels[0].len() >= k {
            self.halve(0);
        }
        while let Some(level) = self.overflowing(k) {
            self.halve(level);
        }
    }

    /// The lowest full level above the first, when all of them are too large together.
    fn overflowing(&self, k: usize) -> Option<usize> {
        let above = 1..self.levels.len();
        let capacity: usize = above.clone().map(|level| self.capacity(k, level)).sum();
        let kept: usize = above.clone().map(|level| self.levels[level].len()).sum();
        let mut full = above.filter(|level| self.levels[*level].len() >= self.capacity(k, *level));
        if kept > capacity { full.next() } else { None }
    }

    /// What a level above the lowest should hold: `k` values on the highest. The lowest also holds `k`, because short
    /// sorts waste time.
    fn capacity(&self, k: usize, level: usize) -> usize {
        let depth = self.levels.len() - 1 - level;
        ((k as f64 * SHRINK.powi(depth as i32)).ceil() as usize).max(2)
    }

    /// Moves half of a level up. When its length is odd, its last value stays.
    fn halve(&mut self, level: usize) {
        let mut values = std::mem::take(&mut self.levels[level]);
        if level == 0 {
            values.sort_unstable_by(f64::total_cmp);
        }
        let begin = self.toss(level, values[0]);
        let stays = if values.len() % 2 == 1 { values.pop() } else { None };
        if self.levels.len() == level + 1 {
            self.levels.push(Vec::new());
        }
        let above = &mut self.levels[level + 1];
        above.extend(values.iter().skip(begin).step_by(2));
        // Two sorted runs, which this sort merges in one pass.
        above.sort_by(f64::total_cmp);
        values.clear();
        values.extend(stays);
        self.levels[level] = values;
    }

    /// A coin that replays: it depends on what was seen so far, and on nothing besides. Every second toss of a level is
    /// the opposite of the one before, which makes up for half of its error (Ivkin, Liberty, Lang, Karnin and
    /// Braverman, *Streaming Quantiles Algorithms with Small Space and Update Time*, 2019).
    fn toss(&mut self, level: usize, value: f64) -> usize {
        let bit = 1 << level;
        if self.second & bit == 0 {
            let seen = mix(self.count ^ (level as u64).rotate_right(8));
            let heads = mix(seen ^ value.to_bits()) & bit;
            self.coins = self.coins & !bit | heads;
        } else {
            self.coins ^= bit;
        }
        self.second ^= bit;
        usize::from(self.coins & bit != 0)
    }

    pub(super) fn quantiles(&self, quantiles: &[f64]) -> Vec<f64> {
        let ranked = self.ranked();
        quantiles.iter().map(|q| self.quantile(*q, &ranked)).collect()
    }

    /// All values in order, each with the number of inputs up to it.
    fn ranked(&self) -> Vec<(f64, u64)> {
        let weighted = |(level, values): (usize, &Vec<f64>)| {
            values.iter().map(move |value| (*value, 1 << level)).collect::<Vec<(f64, u64)>>()
        };
        let mut ranked: Vec<_> = self.levels.iter().enumerate().flat_map(weighted).collect();
        ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut up_to = 0;
        for (_, weight) in &mut ranked {
            up_to += *weight;
            *weight = up_to;
        }
        ranked
    }

    fn quantile(&self, q: f64, ranked: &[(f64, u64)]) -> f64 {
        if self.count == 0 {
            return f64::NAN;
        }
        // A product that is whole may be computed as a little more.
        let rank = (q * self.count as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil() as u64;
        match rank {
            0 | 1 => self.min,
            rank if rank >= self.count => self.max,
            rank => ranked[ranked.partition_point(|(_, up_to)| *up_to < rank)].0,
        }
    }
}

#[cfg(test)]
impl QuantileSketch {
    /// How many inputs the values stand for.
    pub(super) fn weight(&self) -> u64 {
        self.ranked().last().map_or(0, |(_, up_to)| *up_to)
    }

    /// How many values are kept.
    pub(super) fn len(&self) -> usize {
        self.ranked().len()
    }
}
