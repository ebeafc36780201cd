//! Word count, as small as it gets: `cargo run --example minimal_wordcount`, then `cat counts-*`.
use beamline::prelude::*;

fn main() -> Result<(), beamline::Error> {
    let p = Pipeline::new();
    p.read(text::read("README.md"))
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .count_per_element()
        .map(|(word, count)| format!("{word}: {count}"))
        .write(text::write("counts"));
    p.run_with(&LocalRunner::new())?;
    Ok(())
}
