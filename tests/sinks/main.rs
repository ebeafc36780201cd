//! Sinks that do not wait for the end of the pipeline.

mod destinations;
mod files;
mod folder;
mod letters;
mod names;
mod net;
mod random;
mod rolling;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
mod tried;
