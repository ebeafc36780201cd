//! The peers: what the same task costs when it is written by hand.

pub mod maps;
pub mod pairs;
pub mod wordcount;
