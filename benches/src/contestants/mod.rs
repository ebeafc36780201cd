//! Who runs: beamline, and what the same task costs when it is written by hand.

pub mod access_log;
pub mod collisions;
pub mod events;
pub mod hours;
pub mod joins;
pub mod lines;
pub mod maps;
pub mod overheads;
pub mod pairs;
pub mod pipeline;
pub mod rollup;
pub mod sessions;
pub mod timers;
pub mod wordcount;
