//! Each worker takes a copy of the function.

use beamline::prelude::*;

struct Model(i32);

impl Model {
    fn predict(&self, n: i32) -> i32 {
        n * self.0
    }
}

fn main() {
    let p = Pipeline::new();
    let model = Model(2);
    let _ = p.create([1, 2]).map(move |n| model.predict(n));
}
