//! Which keys come most often through an output: found from some hundred elements of each round.

use super::KeySample;
use super::frequent::Frequent;

/// About how many keys are looked at in a round.
const AIM: u64 = 512;

/// The most keys that are looked at in a round, which may last longer than the one before, or bring more.
const MOST: u64 = 2 * AIM;

/// The keys of some elements in each round, so many that it does not matter how many elements there are.
#[derive(Default)]
pub(super) struct Keys {
    frequent: Frequent,
    /// How many elements one that is looked at stands for.
    stride: u64,
    /// How many elements are passed over before the next one.
    gap: u64,
    looked_at: u64,
    /// How many elements there had been when the round began.
    emitted: u64,
    dice: u64,
}

impl Keys {
    /// Begins a round, in which there will be about as many elements as in the last one.
    pub(super) fn begin(&mut self, emitted: u64) {
        self.frequent.age();
        self.stride = ((emitted - self.emitted) / AIM).max(1);
        (self.emitted, self.looked_at) = (emitted, 0);
        self.gap = self.next_gap();
    }

    /// Whether enough has been looked at in this round.
    pub(super) fn has_enough(&self) -> bool {
        self.looked_at >= MOST
    }

    /// Looks at some of these rows.
    pub(super) fn look(&mut self, rows: usize, hash: impl Fn(usize) -> u64, text: impl Fn(usize) -> String) {
        let mut row = self.gap;
        while row < rows as u64 && !self.has_enough() {
            self.looked_at += 1;
            self.frequent.add(hash(row as usize), self.stride as f64, || text(row as usize));
            row += 1 + self.next_gap();
        }
        self.gap = row.saturating_sub(rows as u64);
    }

    /// A gap by chance, since keys may come in turns: on average one that makes a stride with the element behind it.
    fn next_gap(&mut self) -> u64 {
        // The generator "splitmix64" of Steele, Lea and Flood (2014).
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % (2 * self.stride - 1)
    }

    /// What is known of the keys.
    pub(super) fn sample(&self) -> KeySample {
        KeySample { readers: Vec::new(), elements: self.frequent.total(), keys: self.frequent.keys() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A round of batches of a hundred keys.
    fn round(keys: &mut Keys, emitted: &mut u64, batches: u64, key: impl Fn(u64) -> u64) {
        keys.begin(*emitted);
        for _ in 0..batches {
            let first = *emitted;
            let at = |row: usize| key(first + row as u64);
            keys.look(100, at, |row| at(row).to_string());
            *emitted += 100;
        }
    }

    #[test]
    fn few_elements_are_all_looked_at() {
        let (mut keys, mut emitted) = (Keys::default(), 0);
        round(&mut keys, &mut emitted, 5, |n| n % 4);
        let sample = keys.sample();
        assert_eq!((sample.elements.round(), sample.keys.len()), (500.0, 4));
        assert!(sample.keys.iter().all(|key| (key.elements - 125.0).abs() < 1e-9), "{sample:?}");
    }

    #[test]
    fn many_elements_cost_no_more_and_keys_in_turns_are_seen_alike() {
        let (mut keys, mut emitted) = (Keys::default(), 0);
        for _ in 0..40 {
            // A fifth of the elements is for key 0, in turns with 64 others.
            round(&mut keys, &mut emitted, 20_000, |n| if n % 5 == 0 { 0 } else { 1 + n % 64 });
            assert!(keys.looked_at <= MOST);
        }
        assert!((AIM * 8 / 10..AIM * 12 / 10).contains(&keys.looked_at), "{}", keys.looked_at);
        let sample = keys.sample();
        let share = |hash| {
            let found = sample.keys.iter().find(|key| key.hash == hash);
            found.map_or(0.0, |key| key.elements / sample.elements)
        };
        assert!((0.17..0.23).contains(&share(0)), "{}", share(0));
        assert!((1..=64).all(|key| share(key) < 0.03), "{sample:?}");
    }

    #[test]
    fn a_round_without_an_end_comes_to_one() {
        let (mut keys, mut emitted) = (Keys::default(), 0);
        round(&mut keys, &mut emitted, 1000, |n| n);
        assert!(keys.has_enough() && keys.looked_at == MOST);
    }
}
