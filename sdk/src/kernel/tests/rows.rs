//! Rows in partitions, in memory and on disk.

use super::env;
use crate::kernel::hash::{LEVELS, PARTITIONS, hash_key};
use crate::kernel::keyed::Rows;
use proptest::prelude::*;
use std::hash::{Hash, Hasher};

/// Keys of which some share a hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
struct Coarse(u8);

impl Hash for Coarse {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.0 / 4);
    }
}

type Row = (Coarse, Vec<u8>);

/// Values that are large now and then, so that little memory is soon used up.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let large = prop_oneof![3 => Just(10usize), 1 => Just(60_000)];
    let row = (0u8..40, any::<u8>(), large).prop_map(|(key, value, len)| (Coarse(key), vec![value; len]));
    prop::collection::vec(row, 0..80)
}

fn filled(rows: &[Row]) -> Rows<Coarse, Vec<u8>> {
    let mut filled = Rows::new(&env(0, 1, 1, 0));
    rows.iter().for_each(|(k, v)| filled.add(hash_key(k), k.clone(), v.clone()).unwrap());
    filled
}

fn drained(rows: &mut Rows<Coarse, Vec<u8>>, part: usize) -> Vec<Row> {
    let mut all = Vec::new();
    rows.drain(part, |k, v| {
        all.push((k, v));
        Ok(())
    })
    .unwrap();
    all
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// Divides as long as it goes, and gives all rows.
fn divided(mut rows: Rows<Coarse, Vec<u8>>, hot: Option<u64>) -> Vec<Row> {
    let mut all = Vec::new();
    for part in 0..=PARTITIONS {
        if rows.is_indivisible(part) {
            all.extend(drained(&mut rows, part));
        } else {
            all.extend(divided(rows.divide(part, hot).unwrap(), None));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn no_row_is_lost(rows in rows(), evict: u64) {
        let mut parts = filled(&rows);
        for part in (0..64).filter(|part| evict >> part & 1 == 1) {
            parts.evict(part).unwrap();
        }
        let all = (0..=PARTITIONS).flat_map(|part| drained(&mut parts, part)).collect();
        prop_assert_eq!(sorted(all), sorted(rows));
    }

    #[test]
    fn dividing_keeps_all_rows(rows in rows(), hot: prop::sample::Index) {
        let hot = (!rows.is_empty()).then(|| hash_key(&hot.get(&rows).0));
        prop_assert_eq!(sorted(divided(filled(&rows), hot)), sorted(rows));
    }

    #[test]
    fn paging_takes_one_key_and_leaves_the_others(rows in rows(), spilled: bool) {
        let mut parts = filled(&rows);
        if spilled {
            parts.evict_all().unwrap();
        }
        let mut all = Vec::new();
        for part in 0..=PARTITIONS {
            let mut others = parts.empty();
            if let Some(key) = parts.any_key(part).unwrap() {
                let values = parts.page(part, &key, &mut others).unwrap();
                prop_assert_eq!(values.len(), rows.iter().filter(|(k, _)| *k == key).count());
                all.extend(values.iter().map(|value| (key.clone(), value)));
                let rest = (0..=PARTITIONS).flat_map(|part| drained(&mut others, part));
                all.extend(rest.inspect(|(k, _)| assert_ne!(*k, key)));
            }
        }
        prop_assert_eq!(sorted(all), sorted(rows));
    }
}

#[test]
fn levels_come_to_an_end() {
    // Different hashes that may share bits for a while.
    let mut rows = filled(&(0..40).map(|key| (Coarse(key), vec![])).collect::<Vec<_>>());
    let mut level = 0;
    while let Some(part) = (0..=PARTITIONS).find(|part| !rows.is_indivisible(*part)) {
        rows = rows.divide(part, None).unwrap();
        level += 1;
    }
    assert!(level < LEVELS);
}
