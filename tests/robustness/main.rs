//! The engine under stress: functions without an end, slow elements, crowded edges, errors in sources and sinks.

mod again;
mod crowds;
mod refusing;
mod sharing;
mod stopping;
#[path = "../support/mod.rs"]
mod support;
