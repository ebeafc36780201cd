//! Counts how often each word occurs.
//!
//! ```text
//! $ printf 'the cat sat\non the mat\n' > cats.txt
//! $ cargo run --release --example wordcount -- --input cats.txt --output counts --parallelism 2
//! done in 0.00 s, 23 B read
//! $ sort counts-00000-of-00002 counts-00001-of-00002
//! cat: 1
//! mat: 1
//! on: 1
//! sat: 1
//! the: 2
//! ```
//!
//! Each worker writes a file. A word is a maximal run of Unicode letters; upper and lower case are different words.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Counts how often each word occurs in text files.
#[derive(Parser)]
struct Args {
    /// Files to read: paths, patterns such as 'logs/*.gz', or - for standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    input: Vec<PathBuf>,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
    /// Leave out words that occur less often
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_count: u64,
    /// Replace older output
    #[arg(long)]
    overwrite: bool,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    p.read(text::read_all(&args.input))
        .flat_map_with(|line, out| words(line).for_each(|word| out.emit(SmallString::from(word))))
        .named("Words")
        .count_per_element()
        .filter(move |(_, count)| *count >= args.min_count)
        .map(|(word, count)| format!("{word}: {count}"))
        .write(text::write(&args.output).replace(args.overwrite));
    Ok(())
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c| !is_letter(c)).filter(|word| !word.is_empty())
}

/// Most letters are ASCII, and need no table.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Letter)
}

fn main() -> ExitCode {
    launch(build)
}
