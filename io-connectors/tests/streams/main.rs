//! Text that still comes: files that grow, folders that gain files, connections. Readers are polled by hand, at times that
//! the tests say.

mod common;
#[cfg(feature = "net")]
mod net;
mod random;
mod tail;
mod watch;
