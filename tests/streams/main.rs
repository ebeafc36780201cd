//! Streams, step by step: what windows show, and when.

mod panes;
mod retractions;
