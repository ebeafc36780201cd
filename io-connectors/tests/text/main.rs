//! Text, read and written through the contracts of sources and sinks, as a runner does.

mod common;
mod compressed;
mod parse;
mod read;
mod write;
