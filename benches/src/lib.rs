//! The measuring side of beamline: the same tasks by beamline and by hand, run in turn, compared and checked.
//!
//! `beamline-bench-data` makes what the tasks work on, [`contestants`] are the tasks written by hand. [`suites`] lists who
//! runs against whom, and [`harness`] runs them: each contestant is a process of its own, so that its time, processor use and
//! memory are the kernel's account of it and nobody else's. [`instructions`] counts those of small runs, [`profile`] shows where
//! the time of one goes, [`latency`] is about time from event to result, [`backpressure`] about memory when a sink is slow.

pub mod backpressure;
pub mod cli;
pub mod contestants;
pub mod harness;
pub mod instructions;
pub mod latency;
#[cfg(feature = "page")]
pub mod page;
pub mod profile;
pub mod suites;
mod svg;
