//! Tests in a process of their own, whose memory can be measured and whose resources can be limited.

use std::process::Command;
use std::{env, fs};

/// Names the test to the process that runs it.
const CHILD: &str = "BEAMLINE_TEST_CHILD";

/// Does the work of the test `name` in another process, under the limits that `ulimit` is given, and returns the peak
/// of its resident memory in MiB; in that other process: nothing.
pub(crate) fn in_child(name: &str, limits: &str, work: impl FnOnce()) -> Option<usize> {
    if env::var(CHILD).is_ok_and(|child| child == name) {
        work();
        println!("\npeak: {}", peak());
        return None;
    }
    let script = format!("ulimit {limits} && exec \"$0\" --exact {name} --nocapture");
    let test = env::current_exe().unwrap();
    let output = Command::new("sh").arg("-c").arg(script).arg(test).env(CHILD, name).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let peak = text.lines().find_map(|line| line.strip_prefix("peak: ")).expect("there is a test of that name");
    Some(peak.parse::<usize>().unwrap() >> 10)
}

/// The largest resident size of this process in KiB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
