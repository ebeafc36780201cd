//! What can go wrong, and what to do about it.

use std::io;

/// Why lines cannot be sent or received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// An address cannot be understood, or its host is not known.
    #[error("{address} is no address: {cause}; give a host that is known and a port, such as localhost:9000")]
    Address {
        /// The address.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// There would be no connection.
    #[error("net::write_lines({address}) has 0 connections: ask for at least one")]
    NoConnections {
        /// The address.
        address: String,
    },
    /// Nobody has ever answered.
    #[error(
        "cannot connect to {address}: {cause} ({}); start the program that listens there, check the address, or allow more \
         attempts with retries(..)", count(*.attempts)
    )]
    Unreachable {
        /// The address.
        address: String,
        /// How often it was tried.
        attempts: u32,
        /// What the system said the last time.
        cause: io::Error,
    },
    /// A connection was lost, and there was no other.
    #[error(
        "the connection to {address} was lost after {lines} lines, and there is no other: {cause} ({}); see why the program \
         that listens there has ended, or allow more attempts with retries(..)", count(*.attempts)
    )]
    Lost {
        /// The address.
        address: String,
        /// How many lines had been handed to the system.
        lines: u64,
        /// How often it was tried to connect again.
        attempts: u32,
        /// What the system said the last time.
        cause: io::Error,
    },
    /// Nobody can connect.
    #[error("cannot listen at {address}: {cause}; choose an address of this machine, and a port that is free")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// There is no connection to read from, or it has broken.
    #[error(
        "cannot read lines from {address}: {cause}; see whether the program at the other side runs, and why it ended"
    )]
    Unreadable {
        /// The address.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Somebody who connects has to wait: a warning.
    #[error(
        "cannot accept a connection to {address} for now: {cause}; if files or threads are short, allow the process \
         more of them (ulimit -n, ulimit -u), or let fewer connect"
    )]
    NotAccepted {
        /// The address that is listened at.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// One of those that have connected has broken off: a warning.
    #[error("a connection to {address} was given up: {cause}")]
    GivenUp {
        /// The address that is listened at.
        address: String,
        /// What the system said, or what was wrong with its lines.
        cause: io::Error,
    },
    /// An element's `Display` failed.
    #[error("the Display of an element returned an error while it was sent to {address}: correct its implementation")]
    Format {
        /// The address.
        address: String,
    },
}

fn count(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
