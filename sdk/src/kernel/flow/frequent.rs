//! The most frequent keys of a stream in a small table: the algorithm Space-Saving of Metwally, Agrawal and El Abbadi,
//! "Efficient computation of frequent and top-k elements in data streams" (2005).

use super::SampledKey;

/// Keys that make up more than this part of a stream are in the table for sure.
const CAPACITY: usize = 64;

/// What is left of a count when it has aged by a round.
const AGED: f64 = 7.0 / 8.0;

/// What has come to less is forgotten.
const FORGOTTEN: f64 = 0.01;

/// A table of the keys that may be frequent.
#[derive(Default)]
pub(super) struct Frequent {
    entries: Vec<Entry>,
    total: f64,
}

struct Entry {
    hash: u64,
    text: String,
    /// How often the key has come at most.
    most: f64,
    /// How much of that may have been other keys, which had the place before.
    error: f64,
}

impl Frequent {
    /// Sees a key that stands for `weight` elements.
    pub(super) fn add(&mut self, hash: u64, weight: f64, text: impl FnOnce() -> String) {
        self.total += weight;
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.hash == hash) {
            entry.most += weight;
        } else if self.entries.len() < CAPACITY {
            self.entries.push(Entry { hash, text: text(), most: weight, error: 0.0 });
        } else if let Some(rarest) = self.entries.iter_mut().min_by(|a, b| a.most.total_cmp(&b.most)) {
            *rarest = Entry { hash, text: text(), most: rarest.most + weight, error: rarest.most };
        }
    }

    /// Lets what has been seen count for less than what will be.
    pub(super) fn age(&mut self) {
        self.total *= AGED;
        for entry in &mut self.entries {
            entry.most *= AGED;
            entry.error *= AGED;
        }
        self.entries.retain(|entry| entry.most > FORGOTTEN);
    }

    /// How much has been seen.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// What may be frequent.
    pub(super) fn keys(&self) -> Vec<SampledKey> {
        let key = |Entry { hash, text, most, error }: &Entry| SampledKey {
            hash: *hash,
            text: text.clone(),
            elements: most - error,
        };
        self.entries.iter().map(key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: impl Iterator<Item = u64>) -> Frequent {
        let mut frequent = Frequent::default();
        keys.for_each(|key| frequent.add(key, 1.0, || key.to_string()));
        frequent
    }

    #[test]
    fn few_keys_are_counted() {
        let frequent = of((0..100).map(|n| n % 10 / 7));
        let mut keys = frequent.keys();
        keys.sort_by_key(|key| key.hash);
        assert_eq!(
            keys.iter().map(|key| (&key.text[..], key.elements)).collect::<Vec<_>>(),
            [("0", 70.0), ("1", 30.0)]
        );
        assert!((frequent.total() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn frequent_keys_stand_out_of_many_rare_ones() {
        let frequent = of((0..100_000).map(|n| if n % 5 == 0 { 7 } else { 1000 + n }));
        let keys = frequent.keys();
        let hot = keys.iter().find(|key| key.hash == 7).unwrap();
        assert!((15_000.0..=20_000.0).contains(&hot.elements), "{hot:?}");
        assert!(keys.iter().all(|key| key.hash == 7 || key.elements < 10.0), "{keys:?}");
    }

    #[test]
    fn what_was_frequent_is_forgotten() {
        let mut frequent = of(std::iter::repeat_n(1, 1000));
        for _ in 0..20 {
            frequent.age();
            (0..100).for_each(|_| frequent.add(2, 1.0, || "2".to_owned()));
        }
        let of_key = |hash| frequent.keys().iter().find(|key| key.hash == hash).map_or(0.0, |key| key.elements);
        assert!(of_key(1) < of_key(2) / 5.0, "{:?}", frequent.keys());
        assert!((frequent.total() - of_key(1) - of_key(2)).abs() < 1e-6, "{:?}", frequent.keys());
        (0..200).for_each(|_| frequent.age());
        assert!(frequent.keys().is_empty() && frequent.total() < 1e-6);
    }
}
