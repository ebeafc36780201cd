//! Word count, as small as it gets; `wordcount` is the one with a command line.
//!
//! ```text
//! $ cargo run --release --example minimal_wordcount
//! $ cat counts-* | grep '^boat\|^harbour\|^summit'
//! boat: 2
//! boats: 3
//! harbour: 3
//! summit: 3
//! ```

use beamline::prelude::*;

fn main() -> Result<(), beamline::Error> {
    let p = Pipeline::new();
    p.read(text::read("examples/data/library/*.txt"))
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .count_per_element()
        .map(|(word, count)| format!("{word}: {count}"))
        .write(text::write("counts"));
    p.run_with(&LocalRunner::new())?;
    Ok(())
}
