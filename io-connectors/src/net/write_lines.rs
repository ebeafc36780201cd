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
/// # When all has been sent
///
/// The other side is told that nothing more will come, and the run waits until it closes the connection, too: one that
/// is closed while answers come loses the lines that are on their way. A side that does not close it is waited for
/// until 5 seconds ([`close_timeout`](WriteLines::close_timeout)) after it has taken the last line or sent something,
/// and if it never ceases to send, a hundred times as long.
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
/// # What cannot be sent
///
/// By [`write`](beamline_sdk::PCollection::write) the pipeline fails when there is no connection to be had, and when an element
/// cannot be printed. [`try_write`](beamline_sdk::PCollection::try_write) makes [dead letters](beamline_sdk::DeadLetter) of such
/// elements. Its [`Retry`](beamline_sdk::Retry) is then what says how often to try, and how long to wait by the clock of the
/// run; `retries` and `backoff` of the sink are not used.
///
/// Each element is sent, or is a letter, so with letters that are [replayed](beamline_sdk::PCollection::replaying) it is sent
/// **at least once**. More precisely:
///
/// - An element counts as sent when the system of this machine has taken all of its lines. It is not sent again, and never a
///   letter.
/// - Of an element that the system has taken in part when the connection was lost, the other side may have seen the
///   beginning: part of a line, or, if its `Display` contains newlines, some whole ones. It is sent again from the line that
///   was cut, or as a whole in a later attempt; if there is none, it is a letter, and replayed as a whole. So lines may be
///   there twice, of elements with several lines only; whole lines are told from parts of them by their newline.
/// - What the system had taken and not brought to the other side is lost with the connection, as said above. There are no
///   letters of that, since nobody here knows of it: where that matters, the other side has to say what has come, and a
///   [`DoFn`](beamline_sdk::DoFn) has to ask for it.
///
/// ```
/// use beamline_io::{dead_letters, net};
/// use beamline_sdk::{PCollection, Retry};
/// use std::time::Duration;
///
/// fn send(alerts: &PCollection<String>) {
///     let retry = Retry::attempts(8).backoff(Duration::from_millis(500), Duration::from_mins(1));
///     let sent = alerts.try_write(net::write_lines("collector:9000"), retry).named("Send");
///     sent.failed.write(dead_letters::write("unsent.jsonl"));
/// }
/// ```
///
/// # Options
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
        let (connect_timeout, close_timeout) = (Duration::from_secs(10), Duration::from_secs(5));
        let patience = Patience { retries: 10, backoff, connect_timeout, close_timeout };
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

    /// Says how long the other side may be silent until it [closes the connection](write_lines#when-all-has-been-sent).
    /// By default 5 seconds. Zero does not wait: where the other side never sends anything, nothing is lost by that.
    pub fn close_timeout(mut self, time: Duration) -> Self {
        self.patience.close_timeout = time;
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
