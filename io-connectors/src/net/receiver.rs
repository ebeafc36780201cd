//! Reads the lines of connections as they come.

use super::error::NetError;
use super::read_lines::{Origin, ReadLines};
use super::received::{Came, Received};
use crate::text::{InvalidUtf8, Line};
use beamline_sdk::metrics::Counter;
use beamline_sdk::{BoxError, Next, Reader, SourceBatch, Timestamp, Waker};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Connections that have not been closed in order.
static CONNECTIONS_LOST: Counter = Counter::new("connections_lost");

/// How long whoever connects may wait to be heard.
const PAUSE: Duration = Duration::from_millis(20);

/// Reads all connections.
pub struct LineReceiver<L> {
    /// Whoever is connected to, until that has begun.
    connect: Option<String>,
    /// Where others connect to.
    listener: Option<TcpListener>,
    /// Somebody who has connected when there was no thread for it.
    waiting: Option<Arc<TcpStream>>,
    /// When somebody could not be accepted: that is tried again after a pause.
    refused_at: Option<Timestamp>,
    address: String,
    connections: Vec<Received<L>>,
    /// Whose turn is next.
    next: usize,
    invalid: InvalidUtf8,
    max_line_bytes: usize,
    /// Of the connections that have ended.
    bytes_read: u64,
    is_caught_up: bool,
}

impl<L: Line> LineReceiver<L> {
    pub(super) fn open(source: &ReadLines<L>) -> Result<Self, NetError> {
        let address = source.origin.to_string();
        let listener = listen(&source.origin).map_err(|cause| NetError::Listen { address: address.clone(), cause })?;
        let connect = match &source.origin {
            Origin::Connect(address) => Some(address.clone()),
            _ => None,
        };
        Ok(Self {
            connect,
            listener,
            waiting: None,
            refused_at: None,
            address,
            connections: Vec::new(),
            next: 0,
            invalid: source.invalid,
            max_line_bytes: source.max_line_bytes,
            bytes_read: 0,
            is_caught_up: false,
        })
    }

    /// Begins to read what there is to connect to, and whoever has connected.
    fn begin(&mut self, out: &SourceBatch<'_, L>) -> Result<(), NetError> {
        if let Some(address) = self.connect.take() {
            let name = address.clone();
            let connect = move || TcpStream::connect(address).map(Arc::new);
            let received = Received::begin(&name, self.invalid, out.waker(), connect);
            self.connections.push(received.map_err(|cause| self.broken(cause))?);
        }
        let now = out.now();
        // Also when the clock has been set back.
        if self.refused_at.is_none_or(|time| now < time || time + PAUSE <= now) {
            self.refused_at = None;
            if let Err(cause) = self.accept_all(&out.waker()) {
                self.refused_at = Some(now);
                let refused = NetError::NotAccepted { address: self.address.clone(), cause };
                out.warn(refused, "others who connect wait; connections that are there go on");
            }
        }
        Ok(())
    }

    /// Begins to read all who have connected, as long as there is a descriptor and a thread for each.
    fn accept_all(&mut self, waker: &Waker) -> io::Result<()> {
        while let Some(stream) = self.accept()? {
            let name = stream.peer_addr().map_or_else(|_| "unknown".to_owned(), |address| address.to_string());
            let connected = stream.clone();
            match Received::begin(&name, self.invalid, waker.clone(), move || Ok(connected)) {
                Ok(received) => self.connections.push(received),
                Err(error) => {
                    self.waiting = Some(stream);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Somebody who has connected, if there is one.
    fn accept(&mut self) -> io::Result<Option<Arc<TcpStream>>> {
        if self.waiting.is_some() {
            return Ok(self.waiting.take());
        }
        let Some(listener) = &self.listener else { return Ok(None) };
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                Ok(Some(Arc::new(stream)))
            }
            Err(error) if is_passing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on with one connection that has something, in turns.
    fn advance(&mut self, out: &mut SourceBatch<'_, L>) -> Result<bool, BoxError> {
        let count = self.connections.len();
        for index in (0..count).map(|i| (self.next + i) % count) {
            match self.connections[index].advance(self.max_line_bytes, out)? {
                Came::Nothing => continue,
                Came::Something => self.next = index + 1,
                Came::End => self.remove(index),
                Came::Broken(cause) => self.lose(index, cause, out)?,
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn remove(&mut self, index: usize) {
        self.bytes_read += self.connections.remove(index).bytes_read;
        self.next = index;
    }

    /// Others go on when one of those that have connected breaks.
    fn lose(&mut self, index: usize, cause: io::Error, out: &SourceBatch<'_, L>) -> Result<(), NetError> {
        self.remove(index);
        CONNECTIONS_LOST.inc(1);
        if self.listener.is_none() {
            return Err(self.broken(cause));
        }
        // Without the address of who has connected: many such warnings are then one.
        let lost = NetError::GivenUp { address: self.address.clone(), cause };
        out.warn(lost, "a line that had begun is left out; other connections go on");
        Ok(())
    }

    fn broken(&self, cause: io::Error) -> NetError {
        NetError::Unreadable { address: self.address.clone(), cause }
    }
}

fn listen(origin: &Origin) -> io::Result<Option<TcpListener>> {
    let listener = match origin {
        Origin::Connect(_) => return Ok(None),
        Origin::Listen(address) => TcpListener::bind(address)?,
        Origin::Listener(listener) => listener.try_clone()?,
    };
    listener.set_nonblocking(true)?;
    Ok(Some(listener))
}

/// Whether there is nobody, or somebody who has gone again.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
    matches!(error.kind(), WouldBlock | Interrupted | ConnectionAborted | ConnectionReset)
}

impl<L: Line> Reader for LineReceiver<L> {
    type Out = L;
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, L>) -> Result<Next, BoxError> {
        self.is_caught_up = false;
        self.begin(out)?;
        while !out.is_full() {
            if !self.advance(out)? {
                if self.connections.is_empty() && self.listener.is_none() {
                    return Ok(Next::Done);
                }
                self.is_caught_up = self.refused_at.is_none();
                return Ok(out.wake_after(PAUSE));
            }
        }
        Ok(Next::More)
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read + self.connections.iter().map(|connection| connection.bytes_read).sum::<u64>()
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }
}
