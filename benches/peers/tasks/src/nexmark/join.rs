//! What belongs to something that happened not long before, or will soon.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::event_time::EventTime;

/// What looks for something, or what is looked for, with its key and its time in milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side<L, R> {
    /// What looks: there may be many of a key.
    Left(u64, i64, L),
    /// What is looked for: there is one of a key.
    Right(u64, i64, R),
}

impl<L, R> Side<L, R> {
    /// The key of either.
    #[inline]
    pub const fn key(&self) -> u64 {
        match self {
            Self::Left(key, ..) | Self::Right(key, ..) => *key,
        }
    }
}

/// Pairs whose right side is at most `BEFORE` milliseconds before the left one, and at most `AFTER` behind it.
#[derive(Clone, Debug)]
pub struct Join<L, R, const BEFORE: i64, const AFTER: i64> {
    rights: HashMap<u64, (i64, R), FixedState>,
    waiting: HashMap<u64, Vec<(i64, L)>, FixedState>,
    /// Keys by the second behind which their right side, or one that waits for it, is of no use any more.
    old_rights: BTreeMap<i64, Vec<u64>>,
    old_waiting: BTreeMap<i64, Vec<u64>>,
    found: Vec<(L, R)>,
}

impl<L, R, const BEFORE: i64, const AFTER: i64> Default for Join<L, R, BEFORE, AFTER> {
    fn default() -> Self {
        Self {
            rights: HashMap::default(),
            waiting: HashMap::default(),
            old_rights: BTreeMap::new(),
            old_waiting: BTreeMap::new(),
            found: Vec::new(),
        }
    }
}

/// The first whole second that is behind a time.
const fn second_behind(millis: i64) -> i64 {
    millis.div_euclid(1_000) + 1
}

/// The keys of the first second, if it has begun.
fn due(keys: &mut BTreeMap<i64, Vec<u64>>, watermark: i64) -> Option<Vec<u64>> {
    let first = keys.first_entry()?;
    (*first.key() <= watermark.div_euclid(1_000)).then(|| first.remove())
}

impl<L, R: Clone, const BEFORE: i64, const AFTER: i64> Join<L, R, BEFORE, AFTER> {
    fn is_pair(left: i64, right: i64) -> bool {
        (left - BEFORE..=left + AFTER).contains(&right)
    }

    fn forget(&mut self, watermark: i64) {
        while let Some(keys) = due(&mut self.old_rights, watermark) {
            keys.iter().for_each(|key| drop(self.rights.remove(key)));
        }
        while let Some(keys) = due(&mut self.old_waiting, watermark) {
            for key in keys {
                if let hashbrown::hash_map::Entry::Occupied(mut waiting) = self.waiting.entry(key) {
                    waiting.get_mut().retain(|(millis, _)| millis + AFTER >= watermark);
                    if waiting.get().is_empty() {
                        waiting.remove();
                    }
                }
            }
        }
    }
}

impl<L, R, const BEFORE: i64, const AFTER: i64> EventTime for Join<L, R, BEFORE, AFTER>
where
    L: Clone + Send + 'static,
    R: Clone + Send + 'static,
{
    type In = Side<L, R>;
    type Out = (L, R);

    fn add(&mut self, side: Side<L, R>) {
        match side {
            Side::Left(key, millis, left) => match self.rights.get(&key) {
                Some((at, right)) if Self::is_pair(millis, *at) => self.found.push((left, right.clone())),
                Some(_) => {}
                None => {
                    self.waiting.entry(key).or_default().push((millis, left));
                    self.old_waiting.entry(second_behind(millis + AFTER)).or_default().push(key);
                }
            },
            Side::Right(key, at, right) => {
                let waiting = self.waiting.remove(&key).into_iter().flatten();
                let found = waiting.filter(|(millis, _)| Self::is_pair(*millis, at));
                self.found.extend(found.map(|(_, left)| (left, right.clone())));
                self.rights.insert(key, (at, right));
                self.old_rights.entry(second_behind(at + BEFORE)).or_default().push(key);
            }
        }
    }

    fn advance(&mut self, watermark: i64, emit: impl FnMut((L, R))) -> bool {
        self.found.drain(..).for_each(emit);
        self.forget(watermark);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs = Join<char, char, 2_000, 1_000>;

    #[test]
    fn either_side_may_come_first() {
        let sides = [Side::Left(1, 10_000, 'l'), Side::Right(1, 11_000, 'r'), Side::Left(1, 13_000, 'm')];
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
            let (mut pairs, mut found) = (Pairs::default(), Vec::new());
            order.iter().for_each(|place| pairs.add(sides[*place].clone()));
            pairs.advance(10_000, |pair| found.push(pair));
            found.sort_unstable();
            assert_eq!(found, [('l', 'r'), ('m', 'r')], "{order:?}");
        }
    }

    #[test]
    fn what_is_too_far_apart_is_no_pair() {
        let mut pairs = Pairs::default();
        for side in [
            Side::Left(1, 10_000, 'l'),
            Side::Right(1, 11_001, 'r'),
            Side::Left(1, 13_002, 'm'),
            Side::Left(2, 11_000, 'o'),
        ] {
            pairs.add(side);
        }
        pairs.advance(i64::MAX, |pair| panic!("{pair:?}"));
    }

    #[test]
    fn what_no_partner_can_come_for_is_forgotten() {
        let mut pairs = Pairs::default();
        pairs.add(Side::Right(1, 10_000, 'r'));
        pairs.add(Side::Left(2, 11_000, 'l'));
        pairs.advance(12_000, drop);
        assert_eq!((pairs.rights.len(), pairs.waiting.len()), (1, 1));
        pairs.advance(13_000, drop);
        assert!(pairs.rights.is_empty() && pairs.waiting.is_empty());
    }
}
