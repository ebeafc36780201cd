//! The errors of the compiler that users are likely to meet.
//!
//! Each `compile_fail/*.rs` must not compile, and the text of the error is in the `.stderr` beside it. The words are
//! partly those of the compiler and change with it, so they are compared with the version that they were written with,
//! and with no other. After a change, or to move on to a new compiler (and to its number, below), write them anew and
//! read what has become of them:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p beamline-tests --test compile_fail
//! ```
//!
//! Cases do with few types of the standard library: whether one is printed with its path depends on all dependencies.

use std::process::Command;

/// The compiler whose words are in the `.stderr` files.
const WRITTEN_WITH: &str = "rustc 1.95.";

#[test]
fn errors_are_clear() {
    let version = compiler();
    if version.starts_with(WRITTEN_WITH) {
        trybuild::TestCases::new().compile_fail("compile_fail/*.rs");
    } else {
        eprintln!("not compared: the texts are those of {WRITTEN_WITH}x, and this is {version}");
    }
}

/// The compiler that cargo uses, as it calls itself.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("a compiler");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
