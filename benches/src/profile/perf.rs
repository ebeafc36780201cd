//! Samples of the stacks of a program.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How much of each stack is kept for unwinding, in bytes.
const STACK: u32 = 16 * 1024;

/// What `perf script` prints of a run: for each sample the name of its thread, then its frames from the innermost out.
///
/// # Errors
///
/// When `perf` is missing or not permitted, and when the program fails.
pub(super) fn stacks(program: &Path, arguments: &[String], frequency: u32, folder: &Path) -> Result<String> {
    let samples = folder.join("perf.data");
    let mut record = Command::new("perf");
    record.args(["record", "--quiet", "--call-graph", &format!("dwarf,{STACK}")]);
    record.args(["-F", &frequency.to_string(), "-o"]).arg(&samples).arg("--").arg(program).args(arguments);
    run(record)?;
    let mut script = Command::new("perf");
    script.args(["script", "--no-inline", "-F", "comm,ip,sym", "-i"]).arg(&samples);
    let text = run(script)?;
    std::fs::remove_file(&samples)?;
    Ok(text)
}

fn run(mut command: Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(&error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(explain(&String::from_utf8_lossy(&output.stderr)).into())
}

fn cannot_start(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return "`perf`, which takes the samples, is not installed (Debian: linux-perf; Ubuntu: linux-tools)"
            .to_owned();
    }
    format!("perf: {error}")
}

fn explain(stderr: &str) -> String {
    let advice = if stderr.contains("perf_event_paranoid") || stderr.contains("not permitted") {
        "\nThe system does not permit it: be root, or set /proc/sys/kernel/perf_event_paranoid to 1 or less."
    } else {
        ""
    };
    format!("perf failed:\n{}{advice}", stderr.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        assert!(cannot_start(&io::ErrorKind::NotFound.into()).contains("not installed"));
        assert!(explain("access is limited: perf_event_paranoid is 4").ends_with("to 1 or less."));
        assert_eq!(explain("it broke\n"), "perf failed:\nit broke");
    }
}
