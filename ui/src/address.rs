//! Where to listen, as it is written on a command line.

use beamline_sdk::{Error, ErrorKind, Result};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};

/// Listens at `HOST:PORT`, or at a port of the loopback interface. Port 0 is any that is free.
pub(crate) fn listen(address: &str) -> Result<TcpListener> {
    let addresses = resolve(address)?;
    let listener = TcpListener::bind(&addresses[..]).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|cause| cannot_listen(address, &cause))
}

fn resolve(address: &str) -> Result<Vec<SocketAddr>> {
    if let Ok(port) = address.parse::<u16>() {
        return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))]);
    }
    let found: Vec<_> = address.to_socket_addrs().map_err(|cause| no_address(address, &cause))?.collect();
    if found.is_empty() { Err(no_address(address, &io::ErrorKind::NotFound.into())) } else { Ok(found) }
}

fn no_address(address: &str, cause: &io::Error) -> Error {
    let text = format!("'{address}' is no address for the page of the pipeline: {cause}");
    Error::new(ErrorKind::Options, text).help("give a port, such as 8080, or a host and a port, such as 127.0.0.1:8080")
}

fn cannot_listen(address: &str, cause: &io::Error) -> Error {
    let text = format!("cannot serve the page of the pipeline at {address}: {cause}");
    Error::new(ErrorKind::Options, text).help("give another address, or port 0 for any that is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_loopback() {
        let at = |address| listen(address).unwrap().local_addr().unwrap();
        assert!(["0", "127.0.0.1:0", "localhost:0"].map(at).iter().all(|at| at.ip().is_loopback() && at.port() > 0));
        assert!(!at("0.0.0.0:0").ip().is_loopback());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for address in ["", "here", "70000", "127.0.0.1", "127.0.0.1:x"] {
            let error = listen(address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Options);
            assert!(error.to_string().starts_with(&format!("'{address}' is no address for the page")), "{error}");
        }
    }

    #[test]
    fn an_address_in_use_is_refused() {
        let first = listen("0").unwrap();
        let address = first.local_addr().unwrap().to_string();
        let error = listen(&address).unwrap_err();
        assert!(error.to_string().starts_with(&format!("cannot serve the page of the pipeline at {address}: ")));
        assert_eq!(error.kind(), ErrorKind::Options);
    }
}
