//! A collection is no value that a function could look at: that is what side inputs are for.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let rates = p.create([1.5]);
    let payments = p.create([10.0]);
    let _ = payments.map(move |amount| {
        let _ = &rates;
        amount
    });
}
