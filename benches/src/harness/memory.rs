//! Memory that is there when a contestant asks for it.

use std::env;
use std::hint;
use std::io;
use std::process::Command;

use super::process::Run;

/// What is asked for at once: less than what the allocator takes from the system in a piece of its own, and so in its huge pages.
const BLOCK: u64 = 16 << 20;

/// The most memory that a contestant of a suite has had, which is touched before the next one runs.
///
/// The host of a virtual machine may take back what is free, and gives it again page by page as it is touched: 760 MB in huge pages
/// took 2.4 seconds after a pause of six, and 0.15 right after another process had them. Who needs memory would pay for who slept.
#[derive(Debug, Default)]
pub(super) struct Memory {
    most: u64,
}

impl Memory {
    /// Remembers what a run needed.
    pub(super) fn used(&mut self, run: &Run) {
        self.most = self.most.max(run.peak);
    }

    /// Touches as much and a quarter more, in a process of its own: a child begins with the peak memory of its parent, so this one
    /// stays small.
    pub(super) fn touch(&self) -> io::Result<()> {
        let bytes = (self.most + self.most / 4).to_string();
        let status = Command::new(env::current_exe()?).args(["touch", "--bytes", &bytes]).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("touching memory: {status}"))) }
    }
}

/// Has all of this memory at once, and writes to it.
pub(crate) fn touch(bytes: u64) {
    let blocks: Vec<Vec<u8>> = (0..bytes.div_ceil(BLOCK)).map(|_| vec![1; BLOCK as usize]).collect();
    hint::black_box(&blocks);
}
