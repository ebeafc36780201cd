//! The description of a source of lines.

use super::error::NetError;
use super::receiver::LineReceiver;
use crate::text::{InvalidUtf8, Line, RawLine, Text};
use beamline_sdk::{ArrivingReader, BoxError, Source, SplitTarget};
use std::fmt;
use std::marker::PhantomData;
use std::net::{TcpListener, ToSocketAddrs};
use std::sync::Arc;

/// Connects to `address`, a host and a port, and reads the lines that come over the connection. When the other side closes
/// it the stream ends; when the connection breaks the pipeline fails.
///
/// A line ends at `\n`; a `\r` before it is dropped. Timestamps are arrival times, unless
/// [told otherwise](Source::with_timestamps).
///
/// A thread reads the connection, and waits while the pipeline has enough to do: so does the other side then. A run that is drained
/// or stopped closes the connection. What the system of this machine, or the thread, had taken by then and nobody had read is
/// lost, and whoever sent it cannot know: the step counts what the thread had, as `bytes_unread`, unless the run was stopped.
///
/// ```
/// use beamline_io::net;
/// use beamline_sdk::{Pipeline, Source};
///
/// let p = Pipeline::new();
/// let lines = p.read(net::read_lines("localhost:9000"));
/// assert_eq!(net::read_lines("localhost:9000").label(), "net::read_lines(localhost:9000)");
/// # drop(lines);
/// ```
pub fn read_lines(address: impl Into<String>) -> ReadLines {
    ReadLines::new(Origin::Connect(address.into()))
}

/// Listens at `address`, such as `0.0.0.0:9000`, and reads the lines of all that connect to it, without an end.
///
/// Each connection is read by a thread, and waits by itself while the pipeline has enough to do. A last line without `\n`
/// counts if the connection has been closed in order. One that breaks, or whose line becomes
/// [too long](ReadLines::max_line_bytes), is given up with the line that has begun; the step counts it as
/// `connections_lost`, and the bytes as `bytes_unread`. When the system has no open file or no thread for one more
/// connection, the run warns of it, and whoever connects waits until others have gone. Otherwise as [`read_lines`].
///
/// ```
/// use beamline_io::net;
/// use beamline_sdk::{Pipeline, Source};
///
/// let p = Pipeline::new();
/// let lines = p.read(net::accept_lines("127.0.0.1:9000"));
/// assert!(!lines.is_bounded());
/// ```
pub fn accept_lines(address: impl Into<String>) -> ReadLines {
    ReadLines::new(Origin::Listen(address.into()))
}

/// Reads the lines of all that connect to a listener that is there already, as [`accept_lines`] does.
///
/// ```
/// use beamline_io::net;
/// use beamline_sdk::Pipeline;
/// use std::net::TcpListener;
///
/// // The system chooses a port that is free.
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// println!("send lines to {}", listener.local_addr()?);
/// Pipeline::new().read(net::accept_lines_on(listener));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn accept_lines_on(listener: TcpListener) -> ReadLines {
    ReadLines::new(Origin::Listener(Arc::new(listener)))
}

/// A source of lines: what [`read_lines`], [`accept_lines`] and [`accept_lines_on`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct ReadLines<L = String> {
    pub(super) origin: Origin,
    pub(super) invalid: InvalidUtf8,
    pub(super) max_line_bytes: usize,
    lines: PhantomData<fn() -> L>,
}

/// Where lines come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    Connect(String),
    Listen(String),
    Listener(Arc<TcpListener>),
}

impl ReadLines {
    fn new(origin: Origin) -> Self {
        Self { origin, invalid: InvalidUtf8::default(), max_line_bytes: 16 << 20, lines: PhantomData }
    }

    /// Gives each line with the address that it came from: pairs, so the addresses are keys.
    pub fn with_addresses(self) -> ReadLines<(Arc<str>, String)> {
        self.reading()
    }

    /// Gives lines as bytes that know their place, whose `file` is the address that they came from.
    pub fn as_bytes(self) -> ReadLines<RawLine> {
        self.reading()
    }

    fn reading<L>(self) -> ReadLines<L> {
        let Self { origin, invalid, max_line_bytes, .. } = self;
        ReadLines { origin, invalid, max_line_bytes, lines: PhantomData }
    }
}

impl<L: Text> ReadLines<L> {
    /// Says what to do with bytes that are not UTF-8. By default the pipeline fails, with the address and the offset in what
    /// it has sent.
    pub fn invalid_utf8(self, invalid: InvalidUtf8) -> Self {
        Self { invalid, ..self }
    }
}

impl<L> ReadLines<L> {
    /// How long a line may be, in bytes: 16 MiB by default.
    pub fn max_line_bytes(self, bytes: usize) -> Self {
        Self { max_line_bytes: bytes, ..self }
    }
}

impl<L: Line> Source for ReadLines<L> {
    type Out = L;
    type Split = ();
    type Reader = ArrivingReader<LineReceiver<L>>;

    fn label(&self) -> String {
        match &self.origin {
            Origin::Connect(address) => format!("net::read_lines({address})"),
            origin => format!("net::accept_lines({origin})"),
        }
    }

    fn is_bounded(&self) -> bool {
        false
    }

    /// An address that cannot be understood is refused before anything runs.
    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        if let Origin::Connect(address) | Origin::Listen(address) = &self.origin {
            address.to_socket_addrs().map_err(|cause| NetError::Address { address: address.clone(), cause })?;
        }
        Ok(vec![()])
    }

    fn describe(&self, (): &()) -> String {
        self.origin.to_string()
    }

    fn open(&self, (): ()) -> Result<Self::Reader, BoxError> {
        Ok(ArrivingReader::new(LineReceiver::open(self)?))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(address) | Self::Listen(address) => f.write_str(address),
            Self::Listener(listener) => match listener.local_addr() {
                Ok(address) => address.fmt(f),
                Err(_) => f.write_str("a listener"),
            },
        }
    }
}
