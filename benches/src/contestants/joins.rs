//! Joins by hand.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::facts::{Facts, digest_of_key};
use beamline_bench_data::offers::{DISORDER, Offer, Side, WITHIN, digest, latest, offer};

/// Two streams of as many elements each.
#[derive(Clone, Copy, Debug)]
pub struct Offers {
    /// How many users there are.
    pub users: u64,
    /// How many elements each stream has.
    pub count: u64,
}

/// When, and what.
type Entry = (i64, u64);

/// What partners may still come for.
#[derive(Default)]
struct User {
    shown: Vec<Entry>,
    done: Vec<Entry>,
}

impl User {
    fn show(&mut self, offer: Offer, watermark: i64) -> u64 {
        self.done.retain(|(millis, _)| *millis >= watermark);
        self.shown.push((offer.millis, offer.what));
        let partners = self.done.iter().filter(|(done, _)| is_within(offer.millis, *done));
        partners.fold(0, |sum, (_, done)| sum.wrapping_add(digest(offer.user, offer.what, *done)))
    }

    fn act(&mut self, offer: Offer, watermark: i64) -> u64 {
        self.shown.retain(|(millis, _)| millis + WITHIN >= watermark);
        // No offer can come any more that is shown before the watermark, so most of what is done needs not be kept.
        if offer.millis >= watermark {
            self.done.push((offer.millis, offer.what));
        }
        let partners = self.shown.iter().filter(|(shown, _)| is_within(*shown, offer.millis));
        partners.fold(0, |sum, (_, shown)| sum.wrapping_add(digest(offer.user, *shown, offer.what)))
    }
}

fn is_within(shown: i64, done: i64) -> bool {
    (shown..=shown + WITHIN).contains(&done)
}

/// Every offer with everything that its user does in the ten minutes after it.
pub fn within_ten_minutes(offers: Offers) -> u64 {
    let mut users: HashMap<u64, User, FixedState> =
        HashMap::with_capacity_and_hasher(offers.users as usize, FixedState::default());
    let mut checksum = 0_u64;
    for index in 0..offers.count {
        let watermark = latest(offers.users, index) - DISORDER;
        let (shown, done) = (offer(Side::Shown, offers.users, index), offer(Side::Done, offers.users, index));
        checksum = checksum.wrapping_add(users.entry(shown.user).or_default().show(shown, watermark));
        checksum = checksum.wrapping_add(users.entry(done.user).or_default().act(done, watermark));
    }
    checksum
}

/// The rows in a table, then the pairs one after the other, so that no group is ever kept.
pub fn probe(facts: Facts) -> u64 {
    let mut rows: HashMap<u64, (u64, u64, u64), FixedState> =
        HashMap::with_capacity_and_hasher(facts.keys as usize, FixedState::default());
    rows.extend((0..facts.keys).map(Facts::row).map(|(key, limit)| (key, (limit, 0, 0))));
    for (key, value) in (0..facts.pairs).map(|index| facts.pair(index)) {
        if let Some((limit, values, sum)) = rows.get_mut(&key) {
            let counts = value >= *limit;
            *values += u64::from(counts);
            *sum += if counts { value } else { 0 };
        }
    }
    rows.iter().fold(0, |all, (key, (limit, values, sum))| all.wrapping_add(digest_of_key(*key, *limit, *values, *sum)))
}

/// What the words say: all values of each key kept beside its row, then every group looked at.
pub fn co_group(facts: Facts) -> u64 {
    let mut groups: HashMap<u64, (Vec<u64>, Vec<u64>), FixedState> =
        HashMap::with_capacity_and_hasher(facts.keys as usize, FixedState::default());
    for (key, value) in (0..facts.pairs).map(|index| facts.pair(index)) {
        groups.entry(key).or_default().0.push(value);
    }
    for (key, limit) in (0..facts.keys).map(Facts::row) {
        groups.entry(key).or_default().1.push(limit);
    }
    let digests =
        groups.iter().map(|(key, (values, limits))| group(*key, || values.iter().copied(), limits.iter().copied()));
    digests.fold(0, u64::wrapping_add)
}

/// What a group adds to the checksum.
pub fn group<I: Iterator<Item = u64>>(key: u64, values: impl Fn() -> I, limits: impl Iterator<Item = u64>) -> u64 {
    let of_limit = |limit| {
        let counted = values().filter(|value| *value >= limit);
        let (values, sum) = counted.fold((0, 0), |(values, sum), value| (values + 1, sum + value));
        digest_of_key(key, limit, values, sum)
    };
    limits.map(of_limit).fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_of_two_loops() {
        let offers = Offers { users: 30, count: 3_000 };
        let all = |side| (0..offers.count).map(move |index| offer(side, offers.users, index));
        let (mut checksum, mut pairs) = (0_u64, 0);
        for shown in all(Side::Shown) {
            for done in all(Side::Done).filter(|done| done.user == shown.user && is_within(shown.millis, done.millis)) {
                checksum = checksum.wrapping_add(digest(shown.user, shown.what, done.what));
                pairs += 1;
            }
        }
        assert!((2_000..4_000).contains(&pairs), "{pairs}");
        assert_eq!(within_ten_minutes(offers), checksum);
    }

    #[test]
    fn probing_finds_what_grouping_finds() {
        let facts = Facts { keys: 500, pairs: 10_000 };
        assert_eq!(probe(facts), co_group(facts));
        assert_ne!(probe(facts), probe(Facts { pairs: 9_900, ..facts }));
    }
}
