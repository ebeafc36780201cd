//! Draws the pictures of the guide: event time against processing time, with elements, watermark and panes.
//!
//! ```text
//! $ cargo run --example draw_panes
//! $ ls docs/pictures
//! accumulating.svg
//! batch.svg
//! discarding.svg
//! fixed.svg
//! retracting.svg
//! sessions.svg
//! sliding.svg
//! times.svg
//! ```
//!
//! Nothing in the pictures is drawn by hand: each is the recording of a pipeline that reads a `TestStream`. `story` has the
//! streams, `figures` the windowings, `record` runs a pipeline and writes down what happens and when, `scale` and `svg` draw
//! it, `words` says the same for those who cannot see it.

mod figures;
mod record;
mod scale;
mod story;
mod svg;
mod words;

use beamline::BoxError;
use beamline::clap::{self, Parser};
use std::fs;
use std::path::PathBuf;

/// Draws the pictures of the guide.
#[derive(Parser)]
struct Args {
    /// The folder for the pictures
    #[arg(default_value = "docs/pictures")]
    folder: PathBuf,
}

fn main() -> Result<(), BoxError> {
    let folder = Args::parse().folder;
    fs::create_dir_all(&folder)?;
    for figure in figures::all() {
        let recording = record::record(&figure)?;
        fs::write(folder.join(figure.name).with_extension("svg"), svg::draw(&figure, &recording))?;
    }
    Ok(())
}
