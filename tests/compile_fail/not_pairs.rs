//! Methods of pairs are there for pairs only.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let words = p.create(["a".to_owned()]);
    let _ = words.group_by_key();
    let _ = words.combine_per_key(Sum);
    let _ = words.join(&words);
    let _ = words.as_map();
}
