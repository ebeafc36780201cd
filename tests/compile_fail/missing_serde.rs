//! Elements may have to be written to disk or sent.

use beamline::prelude::*;

#[derive(Clone)]
struct Click {
    user: u64,
}

fn main() {
    let p = Pipeline::new();
    let clicks = p.create([1]).map(|user| Click { user });
    let _ = p.create([Click { user: 1 }]).map(|click| click.user);
    let _ = clicks;
}
