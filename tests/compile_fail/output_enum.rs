//! What `OutputEnum` can be derived for.

use beamline::prelude::*;

#[derive(OutputEnum)]
struct Parsed {
    good: u64,
    bad: String,
}

#[derive(OutputEnum)]
union Either {
    number: u64,
    bytes: [u8; 8],
}

#[derive(OutputEnum)]
enum Nothing {}

#[derive(OutputEnum)]
enum Named {
    Good(u64),
    Bad { line: String, reason: String },
}

#[derive(OutputEnum)]
enum Borrowed<'a> {
    Line(&'a str),
}

#[derive(OutputEnum)]
enum Same {
    BadLine(String),
    Bad_Line(String),
}

#[derive(OutputEnum)]
#[rustfmt::skip]
enum Many {
    A, B, C, D, E, F, G, H, I, J, K, L, M, N,
}

fn main() {}
