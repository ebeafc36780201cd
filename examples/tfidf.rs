//! TF-IDF: how typical each word is of each document.
//!
//! A word counts for much in a document if it is frequent there (*term frequency*) and if few documents have it (*inverse
//! document frequency*). A word that all documents have scores 0.
//!
//! ```text
//! $ cargo run --release --example tfidf -- --input 'examples/data/library/*.txt' --output scores
//! done in 0.01 s, 2.09 KiB read
//! $ cat scores-* | grep '^boat\|^summit\|^nobody' | tr '\t' ' '
//! boat examples/data/library/harbour.txt 0.01569
//! boats examples/data/library/harbour.txt 0.00579
//! boats examples/data/library/mountain.txt 0.00276
//! nobody examples/data/library/market.txt 0.00592
//! nobody examples/data/library/mountain.txt 0.00276
//! summit examples/data/library/mountain.txt 0.02242
//! ```
//!
//! Lines are `word<tab>document<tab>score`, in no particular order.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// Scores the words of each document.
#[derive(Parser)]
struct Args {
    /// The documents: a path, or a pattern such as 'library/*.txt'
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let lines = p.read(text::read_with_names(&args.input));
    let documents = lines.keys().distinct().count().as_singleton();

    // (document, word), once for each time that the word is there.
    let words = lines
        .flat_map_with(|(document, line), out| {
            words(line).for_each(|word| out.emit((document.clone(), word.to_lowercase())));
        })
        .named("Words");
    let lengths = words.count_per_key();
    let occurrences = words.count_per_element();

    let frequencies = occurrences
        .map(|((document, word), count)| (document, (word, count)))
        .join(&lengths)
        .map(|(document, ((word, count), length))| (word, (document, count as f64 / length as f64)))
        .named("TermFrequency");

    let rarities = occurrences
        .map(|((_, word), _)| word)
        .count_per_element()
        .with_side(documents)
        .map(|(word, containing), documents| (word, (*documents as f64 / containing as f64).ln()))
        .named("InverseDocumentFrequency");

    frequencies
        .join(&rarities)
        .map(|(word, ((document, frequency), rarity))| format!("{word}\t{document}\t{:.5}", frequency * rarity))
        .write(text::write(&args.output));
    Ok(())
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

fn main() -> ExitCode {
    launch(build)
}
