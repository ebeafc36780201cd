//! Lines over the network: TCP connections, and Unix sockets.
//!
//! [`write_lines`] and [`write_lines_unix`] describe a sink; the module `sender` is one connection of it while it writes,
//! `connect` makes connections, `stream` is what they have in common.
//!
//! [`read_lines`] and [`accept_lines`] describe a source; `receiver` reads all of its connections, `received` is one of them.

mod connect;
mod error;
mod lines;
mod read_lines;
mod received;
mod receiver;
mod sender;
mod stream;
mod write_lines;

pub use error::NetError;
pub use read_lines::{ReadLines, accept_lines, accept_lines_on, read_lines};
pub use receiver::LineReceiver;
pub use sender::LineSender;
#[cfg(unix)]
pub use write_lines::write_lines_unix;
pub use write_lines::{WriteLines, write_lines};
