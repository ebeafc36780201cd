//! The word count without its combiner.

use std::path::Path;

use ::beamline::prelude::*;

use super::run::{Options, run};
use beamline_bench_data::words::words;

/// Groups the words, then counts each group: every word travels to the worker of its key, and is kept until the end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn group_words(input: &Path, output: &Path, options: Options) -> Result<(), BoxError> {
    let build = |p: &Pipeline| {
        let words = p.read(text::read(input)).flat_map_with(|line, out| {
            words(line).for_each(|word| out.emit((SmallString::from(word), ())));
        });
        let counts = words.group_by_key().map(|(word, ones)| format!("{word}: {}", ones.len()));
        counts.write(text::write(output));
        counts.map(|_| 1)
    };
    run(options, build).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("text"), folder.path().join("counts"));
        std::fs::write(&input, "to be or\nnot to be").unwrap();
        group_words(&input, &output, Options::threads(1)).unwrap();
        let counts = std::fs::read_to_string(folder.path().join("counts-00000-of-00001")).unwrap();
        let mut lines: Vec<&str> = counts.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["be: 2", "not: 1", "or: 1", "to: 2"]);
    }
}
