//! Word count in ironbeam.

mod add;
mod wordcount;

use clap::Parser;

use peer_tasks::arguments::Files;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tasks of the benches in ironbeam.
#[derive(Debug, Parser)]
enum Task {
    /// Counts the words of a text: every word is an element.
    Wordcount(Files),
    /// The same with the words of many lines counted before they become elements.
    WordcountApart(Files),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Wordcount(files) => wordcount::run(&files),
        Task::WordcountApart(files) => wordcount::run_apart(&files),
    }
}
