//! Sources and sinks of beamline pipelines: one module for each system that data comes from or goes to.
//!
//! A connector is a plain description, such as [`text::read("in/*.txt")`](text::read), that implements
//! [`Source`](beamline_sdk::Source) or [`Sink`](beamline_sdk::Sink). It does nothing until the pipeline runs; then it is
//! asked for its parts, and workers read or write these at the same time. Connectors know nothing of windows, threads
//! of the engine, or runners.
//!
//! | module | reads | writes |
//! |---|---|---|
//! | [`text`] | lines of files, globs and standard input, also compressed; of files that grow, and folders that gain files | lines to sharded files, one file, or standard output; to files by window, pane and destination |
//! | [`net`](crate::net) | lines over TCP | lines over TCP and Unix sockets |

// Derived code names the crate that programs depend on.
extern crate beamline_sdk as beamline;

#[cfg(feature = "net")]
pub mod net;
pub mod text;
