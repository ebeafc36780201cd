//! The lines of a text.

use std::path::Path;

use ::beamline::prelude::*;

use super::run::{Options, run};
use crate::contestants::lines::measure_line;

/// The length of all lines, and their number in the upper half.
///
/// # Errors
///
/// Those of the pipeline.
pub fn lines(file: &Path, options: Options) -> Result<u64, BoxError> {
    run(options, |p| p.read(text::read(file)).map(|line| measure_line(&line)))
}
