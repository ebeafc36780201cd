//! Autocompletion: for each prefix, the most frequent words that begin with it.
//!
//! ```text
//! $ cargo run --release --example top_words_per_prefix -- --input 'examples/data/library/*.txt' --output words
//! done in 0.01 s, 2.09 KiB read
//! $ cat words-* | grep '^bo:\|^c:\|^ne:'
//! bo: boats (3), boat (2), bought (1)
//! c: cheese (3), changed (1), child (1)
//! ne: net (2), neither (1), never (1)
//! ```
//!
//! There is a line for each prefix of up to three letters, in no particular order.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes the most frequent words for each prefix.
#[derive(Parser)]
struct Args {
    /// Files to read: paths, patterns such as 'logs/*.gz', or - for standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    input: Vec<PathBuf>,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
    /// How many words to give for each prefix
    #[arg(long, value_name = "N", default_value_t = 3)]
    top: usize,
    /// How many letters the longest prefix has
    #[arg(long, value_name = "N", default_value_t = 3)]
    longest: usize,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    // Of words that are equally frequent, the first in the alphabet is the best.
    let best = Top::by(args.top, |(a, m): &(String, u64), (b, n): &(String, u64)| m.cmp(n).then_with(|| b.cmp(a)));
    p.read(text::read_all(&args.input))
        .flat_map_with(|line, out| words(line).for_each(|word| out.emit(word.to_lowercase())))
        .named("Words")
        .count_per_element()
        .flat_map_with(move |(word, count), out| {
            for prefix in prefixes(word, args.longest) {
                out.emit((prefix.to_owned(), (word.clone(), *count)));
            }
        })
        .named("Prefixes")
        .combine_per_key(best)
        .map(|(prefix, best)| format!("{prefix}: {}", list(&best)))
        .write(text::write(&args.output));
    Ok(())
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// The prefixes of a word, the word itself included.
fn prefixes(word: &str, longest: usize) -> impl Iterator<Item = &str> {
    word.char_indices().take(longest).map(|(at, letter)| &word[..at + letter.len_utf8()])
}

fn list(words: &[(String, u64)]) -> String {
    let words: Vec<_> = words.iter().map(|(word, count)| format!("{word} ({count})")).collect();
    words.join(", ")
}

fn main() -> ExitCode {
    launch(build)
}
