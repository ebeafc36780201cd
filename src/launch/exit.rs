//! Exit codes.

use crate::{Error, ErrorKind};

pub(super) const SUCCESS: u8 = 0;
pub(super) const FAILED: u8 = 1;
pub(super) const WRONG_USAGE: u8 = 2;
/// Stopped, with something left behind.
pub(super) const UNFINISHED: u8 = 3;
pub(super) const FAULT: u8 = 101;
pub(super) const INTERRUPTED: u8 = 130;

/// What the help says of them.
pub(super) const HELP: &str = "Exit codes: 0 success, 1 the pipeline failed, 2 wrong usage (nothing has run), \
     3 stopped with something left behind, 101 a fault of the engine, 130 cancelled by Ctrl-C";

/// The exit code for an error.
pub(super) fn code_of(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::User | ErrorKind::Io | ErrorKind::Memory => FAILED,
        ErrorKind::Graph | ErrorKind::Options => WRONG_USAGE,
        ErrorKind::Cancelled => INTERRUPTED,
        _ => FAULT,
    }
}
