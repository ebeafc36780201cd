//! A connection that is read.

use crate::text::{Incoming, InvalidUtf8, Line, Pipe, leave_unread};
use beamline_sdk::{BoxError, SourceBatch, Waker};
use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// What has come over a connection.
pub(super) struct Received<L> {
    pipe: Pipe,
    lines: Incoming<L>,
    /// Kept for its end.
    _line: Cut,
    pub(super) bytes_read: u64,
}

/// What came of looking at a connection.
pub(super) enum Came {
    Something,
    Nothing,
    /// The other side has closed it.
    End,
    Broken(io::Error),
}

impl<L: Line> Received<L> {
    /// Makes a connection and reads it, on a thread of its own.
    pub(super) fn begin(
        name: &str,
        invalid: InvalidUtf8,
        waker: Waker,
        connect: impl FnOnce() -> io::Result<Arc<TcpStream>> + Send + 'static,
    ) -> io::Result<Self> {
        let cut = Cut::default();
        let line = cut.0.clone();
        let open = move || Ok(Box::new(Shared(open(connect()?, &line)?)) as Box<dyn Read>);
        let pipe = Pipe::spawn(move || waker.wake(), open)?;
        Ok(Self { pipe, lines: Incoming::new(name.into(), invalid), _line: cut, bytes_read: 0 })
    }

    /// Reads on.
    pub(super) fn advance(&mut self, max_line_bytes: usize, out: &mut SourceBatch<'_, L>) -> Result<Came, BoxError> {
        if self.lines.push_lines(out)? {
            return Ok(Came::Something);
        }
        if self.lines.rest_bytes() > max_line_bytes {
            return Ok(Came::Broken(io::Error::other(format!("a line is longer than {max_line_bytes} bytes"))));
        }
        Ok(match self.lines.fill(&mut self.pipe) {
            Ok(0) => {
                self.lines.push_rest(out)?;
                Came::End
            }
            Ok(count) => {
                self.bytes_read += count as u64;
                Came::Something
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Came::Nothing,
            Err(error) => Came::Broken(error),
        })
    }
}

impl<L> Drop for Received<L> {
    fn drop(&mut self) {
        leave_unread(self.lines.rest_bytes());
    }
}

/// A connection with one descriptor for whoever reads it and whoever ends it: there may be no other.
struct Shared(Arc<TcpStream>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

/// Remembers a connection for its end, unless that has come.
fn open(stream: Arc<TcpStream>, line: &Mutex<State>) -> io::Result<Arc<TcpStream>> {
    let mut state = line.lock().unwrap_or_else(PoisonError::into_inner);
    if state.is_cut {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    state.stream = Some(stream.clone());
    Ok(stream)
}

/// Ends a connection when it is dropped, and with it the thread that reads it.
#[derive(Default)]
struct Cut(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    stream: Option<Arc<TcpStream>>,
    is_cut: bool,
}

impl Drop for Cut {
    fn drop(&mut self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_cut = true;
        if let Some(stream) = state.stream.take() {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}
