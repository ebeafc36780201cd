//! Connectors: sources and sinks, a module for each system.

pub use beamline_io::{dead_letters, text};
