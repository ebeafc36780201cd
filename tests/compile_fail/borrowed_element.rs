//! Elements own what they hold.

use beamline::prelude::*;

fn main() {
    let p = Pipeline::new();
    let _ = p.create(["to be", "or not"]);
}
