//! Sources and sinks of beamline pipelines: one module for each system that data comes from or goes to.
//!
//! Most connectors are a plain description, such as [`text::read("in/*.txt")`](text::read), that implements
//! [`Source`](beamline_sdk::Source) or [`Sink`](beamline_sdk::Sink). It does nothing until the pipeline runs; then it is
//! asked for its parts, and workers read or write these at the same time. They know nothing of windows, threads of the
//! engine, or runners. [`text::write_files`] and [`dead_letters::read`] are transforms.
//!
//! | module | reads | writes |
//! |---|---|---|
//! | [`dead_letters`] | elements that a step could not handle, to try them again | the same, as lines of JSON |
//! | [`net`] | lines over TCP | lines over TCP and Unix sockets |
//! | [`text`] | lines of files, globs and standard input, also compressed; files that grow, folders that gain files | lines to sharded files, one file, or standard output; to files by window, pane and destination |

// Derived code names the crate that programs depend on.
extern crate beamline_sdk as beamline;

pub mod dead_letters;
#[cfg(feature = "net")]
pub mod net;
pub mod text;
