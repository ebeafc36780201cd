//! Each worker takes a copy of the function.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let factor: Box<dyn Fn(i32) -> i32 + Send> = Box::new(|n| n * 2);
    let _ = p.create([1, 2]).map(move |n| factor(n));
}
