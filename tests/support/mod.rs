//! What the tests of the engine have in common.
#![allow(dead_code, unused_imports, reason = "every test program uses a part of it")]

mod collect;
mod watchdog;

pub(crate) use collect::Collect;
pub(crate) use watchdog::{finish, run};
