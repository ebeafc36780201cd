//! Streams, step by step: what windows show, and when.

mod batches;
mod everything;
mod idle;
mod late;
mod panes;
mod retractions;
mod sources;
#[path = "../support/mod.rs"]
mod support;
mod upserts;
