//! Rows in the order of their coming, found by their keys.

use super::chunks::{Chunks, Row};
use crate::kernel::prefetch::{prefetch_all, touch};
use crate::{Element, Key, Timestamp};

/// Rows of one side, linked by key.
///
/// Each row knows the one before it whose hash leads to the same place, and a table has the newest one of each place. So
/// a row costs an entry of the table and its own place behind the others, and nothing when it goes: the
/// [chunks](Chunks) with the oldest rows are dropped, and a link that leads to before the first row leads nowhere.
pub(super) struct Log<K, V> {
    /// The number of the newest row of each place.
    newest: Vec<u32>,
    chunks: Chunks<K, V>,
}

/// A table has so many places at least.
const SMALLEST: usize = if cfg!(test) { 4 } else { 1 << 8 };

/// A table with more places than this for each row is replaced by a smaller one.
const MOST_PLACES: usize = 16;

/// A table of up to so many places is kept, however few rows it has.
const SPARE: usize = if cfg!(test) { 16 } else { 1 << 14 };

/// What tells rows apart before their keys do. Routing and partitions use the lower bits of a hash.
#[inline]
fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl<K: Key, V: Element> Log<K, V> {
    pub(super) fn new() -> Self {
        Self { newest: vec![0; SMALLEST], chunks: Chunks::new() }
    }

    /// How many rows there are, counting those that have been over since a short while.
    pub(super) fn len(&self) -> usize {
        self.chunks.len()
    }

    /// The latest timestamp of the rows that go next.
    pub(super) fn goes_next(&self) -> Option<Timestamp> {
        self.chunks.goes_next()
    }

    #[inline]
    fn place(&self, hash: u32) -> usize {
        hash as usize & (self.newest.len() - 1)
    }

    /// Brings into the cache where the rows of some hashes begin.
    #[inline]
    pub(super) fn ask_for_places(&self, hashes: &[u64]) {
        hashes.iter().for_each(|hash| touch(&self.newest[self.place(upper(*hash))]));
    }

    /// Brings the two newest rows of each of some hashes into the cache, whose places are there.
    #[inline]
    pub(super) fn ask_for_rows(&self, hashes: &[u64]) {
        let newest = |hash: &u64| self.chunks.get(self.newest[self.place(upper(*hash))]);
        hashes.iter().filter_map(newest).for_each(prefetch_all);
        let before = |row: &Row<K, V>| self.chunks.get(row.before);
        hashes.iter().filter_map(newest).filter_map(before).for_each(prefetch_all);
    }

    /// Shows all rows of a key to `look`, the newest first; says how many there were.
    #[inline]
    pub(super) fn look_at(&self, hash: u64, key: &K, mut look: impl FnMut(Timestamp, &V)) -> usize {
        let mut found = 0;
        let mut number = self.newest[self.place(upper(hash))];
        while let Some(row) = self.chunks.get(number) {
            if row.hash == upper(hash) && row.key == *key {
                found += 1;
                look(row.time, &row.value);
            }
            number = row.before;
        }
        found
    }

    /// Makes room in the table for some rows. Rows up to the instant `last` are not needed any more.
    pub(super) fn make_room(&mut self, rows: usize, last: i64) {
        if self.len() + rows > self.newest.len() || !self.chunks.has_numbers(rows) {
            self.rebuild(rows, last);
        }
    }

    /// Links those rows anew that are needed still. So rows of the far future do not keep for long what came with them.
    #[cold]
    #[inline(never)]
    fn rebuild(&mut self, more: usize, last: i64) {
        let is_needed = |row: &Row<K, V>| !row.is_taken() && row.time.millis() > last;
        let rows = std::mem::replace(&mut self.chunks, Chunks::new());
        let needed = rows.iter().filter(|row| is_needed(row)).count();
        self.newest = vec![0; (needed + needed / 2 + more).next_power_of_two().max(SMALLEST)];
        rows.into_iter().filter(is_needed).for_each(|row| self.link(row));
    }

    /// Adds a row for which [room](Self::make_room) has been made.
    #[inline]
    pub(super) fn push(&mut self, hash: u64, time: Timestamp, key: K, value: V) {
        self.link(Row { hash: upper(hash), before: 0, time, key, value });
    }

    #[inline]
    fn link(&mut self, mut row: Row<K, V>) {
        let place = self.place(row.hash);
        row.before = self.newest[place];
        self.newest[place] = self.chunks.push(row);
    }

    /// Takes all rows of a key out, in the order of their coming.
    pub(super) fn take(&mut self, hash: u64, key: &K) -> Vec<(Timestamp, V)> {
        let place = self.place(upper(hash));
        let (mut taken, mut after, mut number) = (Vec::new(), None, self.newest[place]);
        while let Some(row) = self.chunks.get_mut(number) {
            let before = row.before;
            if row.hash == upper(hash) && row.key == *key {
                taken.push((row.time, row.value.clone()));
                row.mark_as_taken();
                match after.and_then(|after| self.chunks.get_mut(after)) {
                    Some(after) => after.before = before,
                    None => self.newest[place] = before,
                }
            } else {
                after = Some(number);
            }
            number = before;
        }
        taken.reverse();
        taken
    }

    /// Drops the oldest rows, those that came together at once, if all of them are up to the instant `last`.
    pub(super) fn forget(&mut self, last: i64) {
        self.chunks.forget(last);
        // Memory of a burst of rows is given back when most of them are gone.
        if self.newest.len() > SPARE.max(MOST_PLACES * self.len()) {
            self.rebuild(0, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Change {
        Push(u8, i64),
        Take(u8),
        Forget(i64),
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let change = prop_oneof![
            20 => (0u8..12, -30i64..30).prop_map(|(key, time)| Change::Push(key, time)),
            1 => (0u8..12).prop_map(Change::Take),
            3 => (0i64..20).prop_map(Change::Forget),
        ];
        prop::collection::vec(change, 0..300)
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// Rows of a key that are needed, the newest first.
    fn rows_of(log: &Log<u8, usize>, hash: u64, key: u8, last: i64) -> Vec<(Timestamp, usize)> {
        let mut rows = Vec::new();
        log.look_at(hash, &key, |time, value| rows.push((time, *value)));
        rows.retain(|(time, _)| time.millis() > last);
        rows
    }

    fn rows_of_numbers(log: &Log<u8, u64>, key: u8) -> Vec<u64> {
        let mut rows = Vec::new();
        log.look_at(u64::from(key) << 32, &key, |_, value| rows.push(*value));
        rows
    }

    fn check(changes: Vec<Change>, hash: impl Fn(u8) -> u64) {
        let (mut log, mut model, mut last) = (Log::new(), Vec::<(u8, Timestamp, usize)>::new(), -1000);
        for (number, change) in changes.into_iter().enumerate() {
            match change {
                Change::Push(key, apart) => {
                    let time = at(last.max(0) + apart);
                    log.make_room(1, last);
                    log.push(hash(key), time, key, number);
                    model.push((key, time, number));
                }
                Change::Take(key) => {
                    let mut taken = log.take(hash(key), &key);
                    taken.retain(|(time, _)| time.millis() > last);
                    let expected = model.extract_if(.., |(other, ..)| *other == key);
                    assert_eq!(taken, expected.map(|(_, time, value)| (time, value)).collect::<Vec<_>>());
                }
                Change::Forget(by) => {
                    last = last.max(0) + by;
                    log.forget(last);
                }
            }
            model.retain(|(_, time, _)| time.millis() > last);
            for key in 0..12 {
                let of_key = model.iter().rev().filter(|(other, ..)| *other == key);
                let expected: Vec<_> = of_key.map(|(_, time, value)| (*time, *value)).collect();
                assert_eq!(rows_of(&log, hash(key), key, last), expected);
            }
        }
        log.forget(i64::MAX);
        assert_eq!((log.len(), log.goes_next()), (0, None));
    }

    proptest! {
        #[test]
        fn it_has_the_rows_of_every_key(changes in changes()) {
            check(changes.clone(), |key| crate::kernel::hash::hash_key(&key));
            // Keys that share places, or all of their hash.
            check(changes.clone(), |key| u64::from(key) << 34);
            check(changes, |key| u64::from(key % 2));
        }
    }

    #[test]
    fn rows_that_stay_for_long_do_not_keep_others() {
        let mut log = Log::new();
        for number in 0..10_000 {
            let is_far = number % 100 == 0;
            log.make_room(1, number - 20);
            log.push(0, at(if is_far { i64::MAX } else { number }), 0u8, number);
            log.forget(number - 20);
            assert!(log.len() <= 4 * (20 + number as usize / 100) + 16, "{} rows at {number}", log.len());
        }
    }

    #[test]
    fn memory_of_a_burst_is_given_back() {
        let mut log = Log::new();
        for number in 0..1_000 {
            log.make_room(1, i64::MIN);
            log.push(number << 32, at(5), 0u8, number);
        }
        assert!(log.newest.len() > 1_000);
        log.forget(4);
        assert_eq!(log.len(), 1_000);
        log.make_room(1, 4);
        log.push(7 << 32, at(6), 7u8, 7);
        log.forget(5);
        assert!(log.len() <= 8 && log.newest.len() <= 16, "a row that stays keeps its chunk");
        assert_eq!(rows_of_numbers(&log, 7), [7]);
        log.forget(6);
        assert_eq!(log.len(), 0);
        assert!(log.newest.len() <= SPARE);
    }
}
