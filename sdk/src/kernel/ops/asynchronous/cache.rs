//! Answers that may be given again.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The answers that were asked for last, each until it is too old.
pub(super) struct Cache<O> {
    most: usize,
    time_to_live: Duration,
    answers: HashMap<Vec<u8>, Remembered<O>>,
    /// Keys by when they were asked for.
    used: BTreeMap<u64, Vec<u8>>,
    uses: u64,
}

struct Remembered<O> {
    answer: O,
    until: Duration,
    used: u64,
}

impl<O: Clone> Cache<O> {
    pub(super) fn new(most: usize, time_to_live: Duration) -> Self {
        Self { most, time_to_live, answers: HashMap::new(), used: BTreeMap::new(), uses: 0 }
    }

    /// The answer for a key, if it is known and not too old.
    pub(super) fn get(&mut self, key: &[u8], now: Duration) -> Option<O> {
        let remembered = self.answers.get_mut(key)?;
        if remembered.until <= now {
            let used = remembered.used;
            self.answers.remove(key);
            self.used.remove(&used);
            return None;
        }
        self.uses += 1;
        let before = std::mem::replace(&mut remembered.used, self.uses);
        let answer = remembered.answer.clone();
        let key = self.used.remove(&before).expect("every answer has its place");
        self.used.insert(self.uses, key);
        Some(answer)
    }

    /// Remembers an answer, and forgets the one that was not asked for the longest if there is no room.
    pub(super) fn put(&mut self, key: Vec<u8>, answer: O, now: Duration) {
        self.uses += 1;
        let remembered = Remembered { answer, until: now.saturating_add(self.time_to_live), used: self.uses };
        self.used.insert(self.uses, key.clone());
        if let Some(before) = self.answers.insert(key, remembered) {
            self.used.remove(&before.used);
        }
        if self.answers.len() > self.most
            && let Some((_, oldest)) = self.used.pop_first()
        {
            self.answers.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_answer_is_forgotten_when_it_is_too_old() {
        let mut cache = Cache::new(9, 10 * SECOND);
        cache.put(vec![1], 'a', SECOND);
        assert_eq!((cache.get(&[1], 10 * SECOND), cache.get(&[1], 11 * SECOND)), (Some('a'), None));
        cache.put(vec![1], 'b', 11 * SECOND);
        assert_eq!(cache.get(&[1], 12 * SECOND), Some('b'));
    }

    proptest! {
        /// Against a list in the order of use.
        #[test]
        fn the_answers_that_were_asked_for_last_are_kept(steps in prop::collection::vec((0u8..6, any::<bool>()), 0..60)) {
            let (mut cache, mut model) = (Cache::new(3, SECOND), Vec::<(u8, usize)>::new());
            for (i, (key, puts)) in steps.into_iter().enumerate() {
                let found = model.iter().position(|(k, _)| *k == key).map(|at| model.remove(at));
                if puts {
                    cache.put(vec![key], i, Duration::ZERO);
                    model.push((key, i));
                    model.drain(..model.len().saturating_sub(3));
                } else {
                    prop_assert_eq!(cache.get(&[key], Duration::ZERO), found.map(|(_, answer)| answer));
                    model.extend(found);
                }
                prop_assert_eq!((cache.answers.len(), cache.used.len()), (model.len(), model.len()));
            }
        }
    }
}
