//! Word count.

use std::fs;

use ironbeam::{PCollection, Pipeline, from_vec};

use beamline_bench_data::words::words;
use peer_tasks::arguments::Files;
use peer_tasks::words::{WordCounts, write_lines};

use crate::add::Add;

/// How many lines are counted together.
const LINES: usize = 1 << 16;

/// Counts the words of a text: every word is an element.
pub(crate) fn run(files: &Files) -> anyhow::Result<()> {
    let pipeline = Pipeline::default();
    let words = lines(&pipeline, files)?.flat_map(|line: &String| words(line).map(String::from).collect());
    let ones = words.map(|word: &String| (word.clone(), 1));
    write(ones, files)
}

/// The same with the words of many lines counted before they become elements.
pub(crate) fn run_apart(files: &Files) -> anyhow::Result<()> {
    let pipeline = Pipeline::default();
    write(lines(&pipeline, files)?.map_batches(LINES, count), files)
}

/// The library has no source for texts: the lines are read before it starts.
fn lines(pipeline: &Pipeline, files: &Files) -> anyhow::Result<PCollection<String>> {
    let text = fs::read_to_string(&files.input)?;
    Ok(from_vec(pipeline, text.lines().map(String::from).collect()))
}

fn count(lines: &[String]) -> Vec<(String, u64)> {
    let mut counts = WordCounts::default();
    lines.iter().for_each(|line| counts.add_text(line.as_bytes()).expect("a line is UTF-8"));
    let text = |word: &[u8]| String::from_utf8(word.to_vec()).expect("a word is UTF-8");
    counts.into_iter().map(|(word, many)| (word.with_bytes(text), many)).collect()
}

fn write(counts: PCollection<(String, u64)>, files: &Files) -> anyhow::Result<()> {
    let threads = files.threads.count();
    let sums = counts.combine_values(Add).collect_par(Some(threads), Some(2 * threads))?;
    write_lines(&files.output, sums.into_iter())?;
    Ok(())
}
