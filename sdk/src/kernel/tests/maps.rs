//! A map makes batches that are as large as those of its results are to be.

use super::{Rig, batch, env, rows};
use crate::kernel::Push;
use crate::kernel::ops::Map;

/// Results that are so large that a batch has the least number of them.
type Large = [u64; 32];

fn large(number: u64) -> Large {
    [number; 32]
}

#[test]
fn many_small_inputs_make_several_batches_of_large_results() {
    let env = env(0, 1, 4096, 0);
    let rig = Rig::<Large>::new(&env);
    let mut map = Map::new(&rig.wiring, large);
    let stamps: Vec<u8> = (0..3_000u32).map(|row| (row / 7 % 12) as u8).collect();
    let mut expected = Vec::new();
    // The first elements go on one by one, until it is known that they are not slow.
    for first in [0, 3_000, 6_000] {
        let mut some = batch(first, &stamps);
        expected.extend(rows(&some).into_iter().map(|(number, stamp)| (large(number), stamp)));
        map.push(&mut some).unwrap();
    }
    assert_eq!(*rig.rows.borrow(), expected);
    assert_eq!(rig.largest.get(), env.batch_size_of::<Large>());
}
