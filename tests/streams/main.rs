//! Streams, step by step: what windows show, and when.

mod batches;
mod panes;
mod retractions;
