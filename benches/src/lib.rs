//! The measuring side of beamline: the data, the hand-written peers, and the harness that runs them in turn.
pub mod contestants;
pub mod data;
pub mod words;
