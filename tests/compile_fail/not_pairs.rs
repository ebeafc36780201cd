//! Methods of pairs are there for pairs only.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let numbers = p.create([1u64, 2]);
    let _ = numbers.group_by_key();
    let _ = numbers.combine_per_key(Sum);
    let _ = numbers.join(&numbers);
    let _ = numbers.as_map();
}
