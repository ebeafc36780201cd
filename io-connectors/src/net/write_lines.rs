//! The description of a sink of lines.

use super::connect::Endpoint;
use super::error::NetError;
use super::sender::{LineSender, Patience};
use beamline_sdk::{BoxError, Element, Shard, Sink};
use std::fmt::Display;
use std::time::Duration;

/// Sends each element as a line, with its `Display`, over a TCP connection to `address`, a host and a port.
///
/// Lines are sent while the pipeline runs: with all that is at hand, and at the latest when there is nothing more for now.
/// By default there is one connection, over which the elements of each worker come in their order;
/// [`connections`](WriteLines::connections) makes more.
///
/// While the other side does not read, the pipeline waits, and its sources with it. What the other side sends is read and
/// dropped. An element whose `Display` contains newlines becomes several lines.
///
/// # When a connection is lost
///
/// A new one is made, with as many [`retries`](WriteLines::retries) and pauses ([`backoff`](WriteLines::backoff)) as are
/// allowed, and the line that had been sent in part is sent again, as a whole: a connection begins with a whole line. TCP
/// does not tell what has been read at the other side, so lines that it had on the way are lost with a connection; what must
/// not be lost is better written to files. The step counts `connections_lost`.
///
/// What has been sent cannot be taken back: it stays sent if the run fails. If it is cancelled the last line may be cut.
///
/// ```
/// use beamline_io::net;
/// use beamline_sdk::Sink;
/// use std::time::Duration;
///
/// let sink = net::write_lines("localhost:9000").retries(3).backoff(Duration::from_millis(50), Duration::from_secs(1));
/// assert_eq!(Sink::<String>::label(&sink), "net::write_lines(localhost:9000)");
/// ```
///
/// # Errors
///
/// [`NetError`]: before anything has run if the address cannot be understood; while it runs if there is no connection to be
/// had.
pub fn write_lines(address: impl Into<String>) -> WriteLines {
    WriteLines::to(Endpoint::Tcp(address.into()))
}

/// Sends each element as a line to the Unix socket at `path`: otherwise as [`write_lines`].
///
/// ```
/// use beamline_io::net;
/// use beamline_sdk::Sink;
///
/// let sink = net::write_lines_unix("/run/collector.sock");
/// assert_eq!(Sink::<u64>::label(&sink), "net::write_lines(/run/collector.sock)");
/// ```
#[cfg(unix)]
pub fn write_lines_unix(path: impl AsRef<std::path::Path>) -> WriteLines {
    WriteLines::to(Endpoint::Unix(path.as_ref().to_owned()))
}

/// A sink of lines: what [`write_lines`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description sends nothing until it is given to a pipeline"]
pub struct WriteLines {
    endpoint: Endpoint,
    connections: u32,
    patience: Patience,
}

impl WriteLines {
    fn to(endpoint: Endpoint) -> Self {
        let backoff = (Duration::from_millis(100), Duration::from_secs(10));
        let patience = Patience { retries: 10, backoff, connect_timeout: Duration::from_secs(10) };
        Self { endpoint, connections: 1, patience }
    }

    /// Says how many connections to use at the same time, at least 1, which share the elements. By default one.
    pub fn connections(mut self, count: u32) -> Self {
        self.connections = count;
        self
    }

    /// Says how often to try again when there is no connection, each time that one is needed. By default ten times; 0
    /// fails at once.
    pub fn retries(mut self, count: u32) -> Self {
        self.patience.retries = count;
        self
    }

    /// Says how long to wait between attempts: first so long, then twice as long each time, up to `most`. By default 100
    /// milliseconds and 10 seconds.
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.patience.backoff = (first, most);
        self
    }

    /// Says how long an attempt may take for each address that the host has. By default 10 seconds. Unix sockets answer at
    /// once, or wait until there is room.
    ///
    /// # Panics
    /// If it is zero.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        assert!(!time.is_zero(), "an attempt to connect takes time");
        self.patience.connect_timeout = time;
        self
    }
}

impl<T: Element + Display> Sink<T> for WriteLines {
    type Writer = LineSender;
    type Commit = ();

    fn label(&self) -> String {
        format!("net::write_lines({})", self.endpoint)
    }

    fn shards(&self) -> Option<u32> {
        Some(self.connections.max(1))
    }

    fn shows_at_once(&self) -> bool {
        true
    }

    fn begin(&self) -> Result<(), BoxError> {
        let address = || self.endpoint.to_string();
        if self.connections == 0 {
            return Err(NetError::NoConnections { address: address() }.into());
        }
        Ok(self.endpoint.check().map_err(|cause| NetError::Address { address: address(), cause })?)
    }

    fn open(&self, _: Shard) -> Result<LineSender, BoxError> {
        Ok(LineSender::new(self.endpoint.clone(), self.patience))
    }

    fn commit(&self, _: Vec<()>) -> Result<(), BoxError> {
        Ok(())
    }

    fn abort(&self, _: Vec<()>) {}
}
