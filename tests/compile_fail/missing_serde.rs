//! Elements may have to be written to disk or sent.

use beamline::prelude::*;

#[derive(Clone)]
struct Click {
    user: u64,
}

fn main() {
    let p = Pipeline::new();
    let _ = p.create([1]).map(|user| Click { user });
    let _ = p.create([1]).map(|user| (user, Click { user }));
}
