//! Making connections, without being stuck when a run is to stop.

use super::stream::Stream;
use beamline_sdk::{BoxError, StopFlag};
use std::fmt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// How often it is looked whether the run is to stop.
const PATIENCE: Duration = Duration::from_millis(20);

/// Where lines go.
#[derive(Clone, Debug)]
pub(super) enum Endpoint {
    /// A host and a port.
    Tcp(String),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            #[cfg(unix)]
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

impl Endpoint {
    /// Finds out whether it can be an address at all.
    pub(super) fn check(&self) -> io::Result<()> {
        match self {
            Self::Tcp(address) => address.to_socket_addrs().map(drop),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }

    /// Makes a connection on a thread of its own: neither names of hosts nor connections can be asked for without waiting.
    /// The thread ends when the system has answered, or `timeout` has passed.
    pub(super) fn connect(&self, timeout: Duration, stop: &StopFlag) -> Result<io::Result<Stream>, BoxError> {
        let (sender, receiver) = sync_channel(1);
        let endpoint = self.clone();
        // Nobody may be there any more to take it.
        let connect = move || drop(sender.send(endpoint.connect_now(timeout)));
        if let Err(error) = thread::Builder::new().name("net-connect".to_owned()).spawn(connect) {
            return Ok(Err(error));
        }
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(stream) => return Ok(stream),
                Err(RecvTimeoutError::Timeout) => stop.check()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Err(io::Error::other("the thread that connects has died")));
                }
            }
        }
    }

    fn connect_now(&self, timeout: Duration) -> io::Result<Stream> {
        match self {
            Self::Tcp(address) => connect_tcp(address, timeout),
            #[cfg(unix)]
            Self::Unix(path) => Stream::unix(UnixStream::connect(path)?),
        }
    }
}

/// Tries one address of the host after the other.
fn connect_tcp(address: &str, timeout: Duration) -> io::Result<Stream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Stream::tcp(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Waits, unless the run is to stop.
pub(super) fn pause(time: Duration, stop: &StopFlag) -> Result<(), BoxError> {
    let mut left = time;
    loop {
        stop.check()?;
        if left.is_zero() {
            return Ok(());
        }
        let slice = left.min(PATIENCE);
        thread::sleep(slice);
        left -= slice;
    }
}
