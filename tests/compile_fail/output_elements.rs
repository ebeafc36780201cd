//! What an `OutputEnum` holds are elements, and nothing but an `OutputEnum` can be split.

use beamline::prelude::*;

struct Handle;

#[derive(OutputEnum)]
enum Opened {
    Good(Handle),
    Bad(String),
}

fn main() {
    let p = Pipeline::new();
    let _ = p.create([1, 2]).split();
}
