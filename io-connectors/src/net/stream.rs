//! A connection of either kind.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long a write or a read may take before it is looked whether the run is to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// The same where the other side may wait until it is heard.
const BRIEF: Duration = Duration::from_millis(1);

/// How many blocks are read at a time, so that who talks without an end does not keep others waiting.
const BLOCKS: usize = 256;

/// A connection to whoever takes the lines.
pub(super) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    pub(super) fn tcp(stream: TcpStream) -> io::Result<Self> {
        // What is sent has been gathered already.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self::Tcp(stream))
    }

    #[cfg(unix)]
    pub(super) fn unix(stream: UnixStream) -> io::Result<Self> {
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self::Unix(stream))
    }

    /// Reads what the other side has sent, which is of no interest, and finds out whether it has closed the connection.
    /// Returns whether there was something.
    ///
    /// # Errors
    /// When it has: what is written from now on would be lost without a word.
    pub(super) fn check_open(&mut self) -> io::Result<bool> {
        self.set_nonblocking(true)?;
        let result = self.drain();
        self.set_nonblocking(false)?;
        result
    }

    fn drain(&mut self) -> io::Result<bool> {
        for block in 0..BLOCKS {
            if !self.hear()? {
                return Ok(block > 0);
            }
        }
        Ok(true)
    }

    /// Reads a block, if there is one or comes soon.
    pub(super) fn hear(&mut self) -> io::Result<bool> {
        match self.read(&mut [0; 4096]) {
            Ok(0) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the other side has closed it")),
            Ok(_) => Ok(true),
            Err(error) if is_passing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Self::Unix(stream) => stream.read(buffer),
        }
    }

    /// Writes some of the bytes: none if the other side takes none for a while. It may be waiting until it is heard, so
    /// what it has sent is read then.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.write_some(bytes) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            Err(error) if is_passing(&error) => {
                let patience = if self.check_open()? { BRIEF } else { PATIENCE };
                self.set_write_timeout(patience)?;
                Ok(0)
            }
            written => written,
        }
    }

    fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn set_write_timeout(&self, time: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_write_timeout(Some(time)),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_write_timeout(Some(time)),
        }
    }

    fn set_nonblocking(&self, yes: bool) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(yes),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_nonblocking(yes),
        }
    }

    /// Tells the other side that nothing more will come.
    pub(super) fn finish(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }
}

/// Whether it is the same connection that may be tried again.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
