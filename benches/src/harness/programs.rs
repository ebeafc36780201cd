//! Where the programs of contestants are.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

use crate::suites::Program;

/// The workspace of the peers.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// The program's file, which is there.
///
/// # Errors
///
/// When it is not built: the error says how to build it.
pub(crate) fn find(program: Program) -> io::Result<PathBuf> {
    let file = place(program)?;
    if file.exists() {
        return Ok(file);
    }
    let missing = format!("{} is not there; {}", file.display(), how_to_build(program));
    Err(io::Error::new(io::ErrorKind::NotFound, missing))
}

/// How a program that is not there is built.
pub(super) fn how_to_build(program: Program) -> String {
    match program {
        Program::Own => "build it with `cargo build --release -p beamline-benches`".to_owned(),
        Program::Example(name) => format!("build it with `cargo build --release --example {name}`"),
        Program::Nexmark(_) => "build it with `cargo build --release -p beamline-nexmark`".to_owned(),
        Program::Peer(name) => {
            format!("build it with `cargo build --release --manifest-path benches/peers/Cargo.toml --bin {name}`")
        }
    }
}

/// Examples are built into a folder beside this program, other packages' programs beside it, peers into a target directory of their own.
fn place(program: Program) -> io::Result<PathBuf> {
    let own = env::current_exe()?;
    Ok(match program {
        Program::Own => own,
        Program::Example(name) => own.with_file_name("examples").join(name).with_extension(env::consts::EXE_EXTENSION),
        Program::Nexmark(name) => own.with_file_name(name).with_extension(env::consts::EXE_EXTENSION),
        Program::Peer(name) => peers().join("release").join(name).with_extension(env::consts::EXE_EXTENSION),
    })
}

fn peers() -> PathBuf {
    env::var_os("BEAMLINE_PEERS_TARGET").map_or_else(|| PathBuf::from(PEERS).join("target"), PathBuf::from)
}

/// The version of a peer's system, by the lock file of the peers.
pub(super) fn version(program: Program) -> Option<String> {
    let Program::Peer(name) = program else { return None };
    let lock = fs::read_to_string(PathBuf::from(PEERS).join("Cargo.lock")).ok()?;
    version_in(&lock, name.strip_prefix("peer-").unwrap_or(name))
}

/// The version that follows the name of a package in a lock file.
fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let after = lock.lines().skip_while(|line| *line != name).nth(1)?;
    Some(after.strip_prefix("version = ")?.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_built_is_refused_with_the_command_that_builds_it() {
        let error = find(Program::Peer("no-such-peer")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let command = "cargo build --release --manifest-path benches/peers/Cargo.toml --bin no-such-peer";
        assert!(error.to_string().contains(command), "{error}");
        assert!(find(Program::Own).unwrap().exists());
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = "[[package]]\nname = \"timely_bytes\"\nversion = \"0.9.0\"\n\n[[package]]\nname = \"timely\"\nversion = \"0.29.0\"\n";
        assert_eq!(version_in(lock, "timely"), Some("0.29.0".to_owned()));
        assert_eq!(version_in(lock, "renoir"), None);
    }
}
