//! What those see who watch the elements: the samples of all workers together.

use super::HotKey;
use beamline_sdk::kernel::{KeySample, SampledElement, StepId};
use std::collections::HashMap;

/// How many elements are shown of an output.
const MOST_ELEMENTS: usize = 5;

/// How many keys are shown of a grouping.
const MOST_KEYS: usize = 5;

/// The least part of all elements that a key has to have.
const LEAST_SHARE: f64 = 0.01;

/// The latest of these elements, in the order in which they were seen.
pub(super) fn latest<'a>(elements: impl Iterator<Item = &'a SampledElement>) -> Vec<SampledElement> {
    let mut elements: Vec<_> = elements.collect();
    elements.sort_by_key(|element| element.seen_at);
    let first = elements.len().saturating_sub(MOST_ELEMENTS);
    elements[first..].iter().copied().cloned().collect()
}

/// The keys that a grouping gets most often, in what its senders on all workers have seen of each input.
pub(super) fn hot_keys<'a>(samples: impl Iterator<Item = &'a KeySample>, grouping: StepId) -> Vec<HotKey> {
    let (mut total, mut keys) = (0.0, HashMap::<u64, (f64, &str)>::new());
    for sample in samples.filter(|sample| sample.readers.contains(&grouping)) {
        total += sample.elements;
        sample.keys.iter().for_each(|key| keys.entry(key.hash).or_insert((0.0, &key.text)).0 += key.elements);
    }
    let hot = |(elements, text): (f64, &str)| HotKey { key: text.to_owned(), share: elements / total };
    let mut hot: Vec<_> = keys.into_values().map(hot).filter(|key| key.share >= LEAST_SHARE).collect();
    hot.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.key.cmp(&b.key)));
    hot.truncate(MOST_KEYS);
    hot
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_sdk::Timestamp;
    use beamline_sdk::kernel::{Meta, SampledKey};

    fn element(n: i64) -> SampledElement {
        let seen_at = Timestamp::from_millis(n);
        SampledElement { text: n.to_string(), stamp: Meta::unstamped().get(0), seen_at }
    }

    #[test]
    fn the_latest_elements_of_all_workers_are_shown() {
        let workers = [[1, 4, 7], [2, 3, 9]].map(|seen| seen.map(element));
        let shown: Vec<_> = latest(workers.iter().flatten()).into_iter().map(|element| element.text).collect();
        assert_eq!(shown, ["2", "3", "4", "7", "9"]);
    }

    fn sample(readers: &[StepId], elements: f64, keys: &[(&str, f64)]) -> KeySample {
        let key = |(hash, (text, elements)): (usize, &(&str, f64))| SampledKey {
            hash: hash as u64,
            text: (*text).to_owned(),
            elements: *elements,
        };
        KeySample { readers: readers.to_vec(), elements, keys: keys.iter().enumerate().map(key).collect() }
    }

    #[test]
    fn keys_are_hot_on_all_workers_together() {
        let samples = [
            sample(&[3], 600.0, &[("a", 100.0), ("b", 60.0)]),
            sample(&[2, 3], 400.0, &[("a", 300.0), ("b", 5.0), ("c", 9.0)]),
        ];
        let hot: Vec<_> = hot_keys(samples.iter(), 3).into_iter().map(|hot| (hot.key, hot.share)).collect();
        assert_eq!(hot, [("a".to_owned(), 0.4), ("b".to_owned(), 0.065)]);
        assert!((hot_keys(samples.iter(), 2)[0].share - 0.75).abs() < 1e-9);
        assert_eq!(hot_keys(samples.iter(), 1), []);
    }

    #[test]
    fn only_the_hottest_are_shown() {
        let keys = ["f", "e", "d", "c", "b", "a"].map(|key| (key, 10.0));
        let hot: Vec<_> = hot_keys([sample(&[0], 60.0, &keys)].iter(), 0).into_iter().map(|hot| hot.key).collect();
        assert_eq!(hot, ["a", "b", "c", "d", "e"]);
    }
}
