//! One run of one contestant, by the kernel's account.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use super::programs;
use crate::suites::Contestant;

/// What one run took.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// From before the start to after the end.
    pub(super) wall: Duration,
    /// Processor time, of the user and of the system, over all threads.
    pub(super) cpu: Duration,
    /// The most memory it had resident, in bytes.
    pub(super) peak: u64,
    /// What it wrote to its standard output.
    pub(super) stdout: String,
}

/// Runs a contestant to its end.
pub(super) fn run(contestant: &Contestant) -> io::Result<Run> {
    let program = programs::find(contestant.program)?;
    let start = Instant::now();
    let mut child = Command::new(&program)
        .args(&contestant.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| io::Error::other(format!("{}: {error}", program.display())))?;
    let mut stdout = String::new();
    child.stdout.take().map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut stdout))?;
    let end = child.wait4()?;
    let wall = start.elapsed();
    if !end.status.success() {
        return Err(io::Error::other(format!("{}: {}", contestant.name, end.status)));
    }
    Ok(Run { wall, cpu: end.rusage.utime + end.rusage.stime, peak: end.rusage.maxrss, stdout })
}
