//! Keeps the version of the compiler, which belongs to every figure.

use std::env;
use std::process::Command;

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(compiler).arg("--version").output().ok();
    let version = version.and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo:rustc-env=BEAMLINE_RUSTC={}", version.as_deref().map_or("unknown compiler", str::trim));
    println!("cargo:rerun-if-changed=build.rs");
}
