//! The number of threads, which polars takes from its environment.

use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

const MAX_THREADS: &str = "POLARS_MAX_THREADS";

/// Makes this process anew with so many threads, unless it has been made so.
pub(crate) fn limit(threads: usize) -> io::Result<()> {
    let threads = threads.to_string();
    if env::var(MAX_THREADS).as_deref() == Ok(threads.as_str()) {
        return Ok(());
    }
    let mut again = Command::new(env::current_exe()?);
    Err(again.args(env::args_os().skip(1)).env(MAX_THREADS, threads).exec())
}
