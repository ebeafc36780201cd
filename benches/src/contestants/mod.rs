//! Who runs: beamline, and what the same task costs when it is written by hand.

pub mod events;
pub mod lines;
pub mod maps;
pub mod pairs;
pub mod pipeline;
pub mod sessions;
pub mod timers;
pub mod wordcount;
