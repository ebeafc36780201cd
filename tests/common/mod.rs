//! Running example programs and looking at what they say and leave behind.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder of its own for each test, in which programs run: what they say is the same in every folder.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with files of these names and contents.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = Self::new();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The names of all files, hidden ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A program that will run here.
    pub(crate) fn command(&self, example: &str) -> Command {
        self.prepare(Command::new(program(example)))
    }

    /// A script that will run here, with a program as its `$0`.
    pub(crate) fn shell(&self, script: &str, example: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program(example));
        self.prepare(command)
    }

    fn prepare(&self, mut command: Command) -> Command {
        command.current_dir(self.path()).env_remove("RUST_BACKTRACE").env_remove("COLUMNS").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a program to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, example: &str, args: impl IntoIterator<Item = S>) -> Run {
        self.command(example).args(args).output().unwrap().into()
    }
}

/// What a program that has ended leaves.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    /// Without the numbers of lines and columns in programs.
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: unnumbered(&text(output.stderr)) }
    }
}

impl Run {
    /// Asserts how it ended and all that it said on standard error.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.stderr.trim_end()), (Some(code), stderr.trim_end()), "{self:?}");
    }

    #[track_caller]
    pub(crate) fn succeeds(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
    }
}

/// `at main.rs:10:5:` without the numbers.
fn unnumbered(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(".rs");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    out
}

/// The path of an example, which stands beside the tests.
pub(crate) fn program(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).expect("tests are in target/PROFILE/deps");
    let path = folder.join("examples").join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: `cargo build --workspace --examples` makes it", path.display());
    path
}

/// Waits until `done`, and fails when that takes too long for any machine.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a signal such as `INT`.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(status.unwrap().success(), "kill -{name}");
}
