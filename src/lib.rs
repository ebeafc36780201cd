//! beamline: the Rust SDK and engine for the Apache Beam programming model.

pub mod io;
mod launch;
pub mod prelude;

pub use beamline_local::{Canceller, JobHandle, LocalRunner, Progress};
pub use beamline_sdk::*;
pub use clap;
pub use launch::launch;
