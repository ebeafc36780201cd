//! What the tests of the engine have in common.
#![allow(dead_code, unused_imports, reason = "every test program uses a part of it")]

#[cfg(target_os = "linux")]
mod child;
mod collect;
mod watchdog;

#[cfg(target_os = "linux")]
pub(crate) use child::in_child;
pub(crate) use collect::Collect;
pub(crate) use watchdog::{finish, run};
