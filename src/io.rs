//! Connectors: sources and sinks, a module for each system.

#[cfg(feature = "net")]
pub use beamline_io::net;
pub use beamline_io::{dead_letters, text};
