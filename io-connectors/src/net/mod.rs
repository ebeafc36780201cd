//! Lines over the network: TCP connections, and Unix sockets.
//!
//! [`write_lines`] and [`write_lines_unix`] describe a sink; the module `sender` is one connection of it while it writes,
//! `connect` makes connections, `stream` is what they have in common.

mod connect;
mod error;
mod lines;
mod sender;
mod stream;
mod write_lines;

pub use error::NetError;
pub use sender::LineSender;
#[cfg(unix)]
pub use write_lines::write_lines_unix;
pub use write_lines::{WriteLines, write_lines};
