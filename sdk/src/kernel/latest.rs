//! What a bundle says of each key of a table, in the end.

use super::Stamp;
use super::hash::hash_element;
use crate::transforms::Upsert;
use crate::{Element, Key, coder};
use smallvec::SmallVec;
use std::collections::HashMap;

/// The latest that has been said of each key.
pub(crate) struct LatestOfKeys<K, V> {
    /// Where a key is among the rows.
    places: HashMap<K, usize>,
    rows: Vec<(K, OfKey<V>)>,
}

struct OfKey<V> {
    /// What has been said, and not been taken back since: most often one value.
    said: SmallVec<[Said<V>; 1]>,
    /// The last one that was taken back of those that had been said before.
    taken_back: Option<(V, Stamp)>,
}

struct Said<V> {
    value: V,
    stamp: Stamp,
    /// That of the value, once it is needed.
    hash: Option<u64>,
}

impl<V: Element> Said<V> {
    fn is(&mut self, value: &V, hash: u64) -> bool {
        let Self { value: said, hash: of_said, .. } = self;
        *of_said.get_or_insert_with(|| hash_element(said)) == hash && are_equal(said, value)
    }
}

impl<V: Element> OfKey<V> {
    fn new() -> Self {
        Self { said: SmallVec::new(), taken_back: None }
    }

    fn add(&mut self, value: V, stamp: Stamp) {
        if !stamp.pane.is_retraction() {
            return self.said.push(Said { value, stamp, hash: None });
        }
        let hash = hash_element(&value);
        match self.said.iter_mut().rposition(|said| said.is(&value, hash)) {
            Some(place) => drop(self.said.remove(place)),
            None => self.taken_back = Some((value, stamp)),
        }
    }

    /// What it comes to. If all that was said has been taken back, and nothing else, nothing has changed.
    fn last(mut self) -> Option<(V, Stamp)> {
        self.said.pop().map(|said| (said.value, said.stamp)).or(self.taken_back)
    }
}

impl<K: Key, V: Element> LatestOfKeys<K, V> {
    pub(crate) fn new() -> Self {
        Self { places: HashMap::new(), rows: Vec::new() }
    }

    /// A result, or one that is taken back. Two that are taken for one another come in any order, also if they are equal.
    pub(crate) fn add(&mut self, key: K, value: V, stamp: Stamp) {
        let Self { places, rows } = self;
        let place = *places.entry(key).or_insert_with_key(|key| {
            rows.push((key.clone(), OfKey::new()));
            rows.len() - 1
        });
        rows[place].1.add(value, stamp);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes what has been said, in the order in which keys were first named.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (Upsert<K, V>, Stamp)> {
        self.take_rows().map(|((key, value), stamp)| {
            let upsert = if stamp.pane.is_retraction() { Upsert::Delete(key) } else { Upsert::Put(key, value) };
            (upsert, stamp.staying())
        })
    }

    /// The same as results, and those that are taken back.
    pub(crate) fn take_rows(&mut self) -> impl Iterator<Item = ((K, V), Stamp)> {
        self.places.clear();
        self.rows.drain(..).filter_map(|(key, of_key)| of_key.last().map(|(value, stamp)| ((key, value), stamp)))
    }
}

fn are_equal<V: Element>(one: &V, other: &V) -> bool {
    let code = |value: &V| {
        let mut bytes = Vec::new();
        coder::encode(value, &mut bytes).map(|()| bytes).ok()
    };
    code(one) == code(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::window::{Mark, Pane, Window};

    /// What a bundle comes to that says or takes back these values.
    fn of(rows: &[(char, u8)]) -> Option<Upsert<(), u8>> {
        let mut latest = LatestOfKeys::new();
        for (sign, value) in rows {
            let pane = if *sign == '-' { Pane::ONLY.marked(Mark::Retracts) } else { Pane::ONLY };
            let stamp = Stamp { time: Timestamp::MIN, windows: Window::GLOBAL.into(), pane };
            latest.add((), *value, stamp);
        }
        let mut all: Vec<_> = latest.take().map(|(upsert, _)| upsert).collect();
        assert!(all.len() <= 1 && latest.is_empty());
        all.pop()
    }

    #[test]
    fn a_value_and_the_one_that_it_replaces_come_in_any_order() {
        for rows in [[('-', 1), ('+', 2)], [('+', 2), ('-', 1)]] {
            assert_eq!(of(&rows), Some(Upsert::Put((), 2)));
        }
        assert_eq!(of(&[('-', 1), ('+', 1)]), Some(Upsert::Put((), 1)));
        // It is there, whether this is another one in its place or has come and gone.
        assert_eq!(of(&[('+', 1), ('-', 1)]), None);
    }

    #[test]
    fn a_key_is_deleted_if_nothing_has_come_in_place_of_its_value() {
        assert_eq!(of(&[('-', 1)]), Some(Upsert::Delete(())));
        for rows in [[('-', 1), ('+', 2), ('-', 2)], [('+', 2), ('-', 1), ('-', 2)], [('-', 1), ('+', 1), ('-', 1)]] {
            assert_eq!(of(&rows), Some(Upsert::Delete(())), "{rows:?}");
        }
        assert_eq!(of(&[('+', 1), ('+', 2)]), Some(Upsert::Put((), 2)));
        assert_eq!(of(&[('+', 1), ('+', 2), ('-', 2)]), Some(Upsert::Put((), 1)));
    }
}
