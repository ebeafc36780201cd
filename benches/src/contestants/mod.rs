//! Who runs: beamline, and what the same task costs when it is written by hand.

pub mod beamline;
pub mod events;
pub mod lines;
pub mod live;
pub mod maps;
pub mod pairs;
pub mod sessions;
pub mod timers;
pub mod wordcount;
