//! Floating-point numbers are no keys.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let prices = p.create([1.5, 2.5]);
    let _ = prices.count_per_element();
    let _ = prices.key_by(|price| *price);
    let _ = prices.map(|price| (price, 1)).group_by_key();
}
