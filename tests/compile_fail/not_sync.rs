//! Elements go from one thread to another.

use beamline::prelude::*;
use std::rc::Rc;

fn main() {
    let p = Pipeline::new();
    let _ = p.create([1]).map(|n| Rc::new(n));
}
