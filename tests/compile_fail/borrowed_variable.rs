//! A function outlives the place where the pipeline is built.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let limit = 5;
    let _ = p.create([1, 2]).filter(|n| *n < limit);
}
