//! Each worker takes a copy of the function.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let numbers = p.create([1, 2]);
    let factor: Box<dyn Fn(i32) -> i32 + Send> = Box::new(|n| n * 2);
    let _ = numbers.map(move |n| factor(n));
    let limit = 5;
    let _ = numbers.filter(|n| *n < limit);
    let _ = numbers.combine(|a: i32, b: i32| a + b);
}
