//! How much memory the process takes, measured in a process of its own.
#![cfg(target_os = "linux")]
