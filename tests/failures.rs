//! Everything that can go wrong for a user: one clear message, the right exit code, and nothing left behind.

mod common;

use common::{Folder, Run};
use std::path::Path;
use std::time::{Duration, Instant};

fn wordcount(folder: &Folder, input: &str) -> Run {
    folder.run("wordcount", ["--input", input, "--output", "out/counts"])
}

fn misbehave(folder: &Folder, way: &str) -> Run {
    folder.run("misbehave", [way, "--output", "out/numbers"])
}

/// Nothing but the folder for the output, which may have been made.
#[track_caller]
fn assert_nothing_written(folder: &Folder) {
    let out = folder.path().join("out");
    let left: Vec<_> =
        std::fs::read_dir(&out).map(|files| files.map(|f| f.unwrap().path()).collect()).unwrap_or_default();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_missing_file() {
    let folder = Folder::new();
    wordcount(&folder, "missing.txt").fails(
        1,
        "error: step 'text::read(missing.txt)' (examples/wordcount.rs): cannot read missing.txt: there is no such file; \
         check the name and the current folder",
    );
    assert_nothing_written(&folder);
}

#[test]
#[cfg(target_os = "linux")]
fn an_unreadable_file() {
    // Opening it succeeds, reading its first byte does not: for every user.
    let folder = Folder::new();
    wordcount(&folder, "/proc/self/mem").fails(
        1,
        "error: step 'text::read(/proc/self/mem)' (examples/wordcount.rs): cannot read /proc/self/mem: Input/output error \
         (os error 5); check the path and the disk or network it is on\n  at: input from /proc/self/mem",
    );
    assert_nothing_written(&folder);
}

#[test]
#[cfg(unix)]
fn a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("secret", b"x")]);
    let secret = folder.path().join("secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::File::open(&secret).is_ok() {
        eprintln!("skipped: this user (root?) may read everything");
        return;
    }
    wordcount(&folder, "secret").fails(
        1,
        "error: step 'text::read(secret)' (examples/wordcount.rs): cannot read secret: Permission denied (os error 13); \
         give this user the right to read it and to enter its folders",
    );
    assert_nothing_written(&folder);
}

#[test]
fn a_directory_in_place_of_a_file() {
    let folder = Folder::new();
    wordcount(&folder, ".").fails(
        1,
        "error: step 'text::read(.)' (examples/wordcount.rs): cannot read .: it is a directory; to read the files in it, \
         give ./*",
    );
    assert_nothing_written(&folder);
}

#[test]
fn a_pattern_that_matches_nothing() {
    let folder = Folder::with(&[("a.txt", b"a")]);
    wordcount(&folder, "*.log").fails(
        1,
        "error: step 'text::read(*.log)' (examples/wordcount.rs): no file matches *.log: check the pattern (* and ? stand \
         for parts of a name, ** for any folders)",
    );
    assert_nothing_written(&folder);
}

#[test]
fn invalid_utf8() {
    let folder = Folder::with(&[("damaged.txt", b"good\nb\xffd\n")]);
    wordcount(&folder, "damaged.txt").fails(
        1,
        "error: step 'text::read(damaged.txt)' (examples/wordcount.rs): damaged.txt: invalid UTF-8 at byte 6; replace \
         such bytes with invalid_utf8(InvalidUtf8::Lossy), or keep such lines apart: with \
         dead_letters() of text::read, or by reading bytes\n  at: input from damaged.txt, bytes 0..9",
    );
    assert_nothing_written(&folder);
}

#[test]
#[cfg(unix)]
fn a_full_disk() {
    // A limit for the size of files looks like a full disk to a program.
    let folder = Folder::new();
    // The disk is the same for the next element, so it makes no difference whether elements may be given up.
    for way in ["fill", "fill-leniently"] {
        let mut command = folder.shell("trap '' XFSZ; ulimit -f 300 && exec \"$0\" \"$@\"", "misbehave");
        let output = command.args([way, "--output", "out/numbers", "--parallelism", "1"]).output();
        Run::from(output.unwrap()).fails(
            1,
            "error: step 'Save' (tests/programs/misbehave.rs): no room to write out/numbers-00000-of-00001: File too \
             large (os error 27); free some, or write elsewhere (nothing of the output was kept)",
        );
        assert_nothing_written(&folder);
    }
}

#[test]
fn output_that_exists() {
    let folder = Folder::with(&[("in.txt", b"one two"), ("counts-00000-of-00009", b"old")]);
    let run = folder.run("wordcount", ["--input", "in.txt", "--output", "counts"]);
    run.fails(
        1,
        "error: step 'text::write(counts)' (examples/wordcount.rs): counts-00000-of-00009 exists already: write to another \
         prefix, delete the old output, or allow replace(true)",
    );
    assert_eq!(folder.names(), ["counts-00000-of-00009", "in.txt"]);
    assert_eq!(folder.read("counts-00000-of-00009"), "old");

    let args = ["--input", "in.txt", "--output", "counts", "--overwrite", "--parallelism", "1"];
    folder.run("wordcount", args).succeeds();
    assert_eq!(folder.names(), ["counts-00000-of-00001", "in.txt"]);
}

#[test]
fn an_output_prefix_that_is_a_directory() {
    let folder = Folder::with(&[("in.txt", b"one two")]);
    std::fs::create_dir(folder.path().join("out")).unwrap();
    folder.run("wordcount", ["--input", "in.txt", "--output", "out"]).fails(
        1,
        "error: step 'text::write(out)' (examples/wordcount.rs): cannot write to out: it is a directory; add how file names \
         begin, such as out/part",
    );
    assert_nothing_written(&folder);
}

#[test]
fn a_failure_keeps_old_output() {
    let folder = Folder::with(&[("damaged.txt", b"\xff"), ("counts-00000-of-00001", b"old")]);
    let run = folder.run("wordcount", ["--input", "damaged.txt", "--output", "counts", "--overwrite"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(folder.names(), ["counts-00000-of-00001", "damaged.txt"]);
    assert_eq!(folder.read("counts-00000-of-00001"), "old");
}

#[test]
fn a_function_that_returns_an_error() {
    let folder = Folder::new();
    misbehave(&folder, "error")
        .fails(1, "error: step 'Strict' (tests/programs/misbehave.rs): no sevens, please\n  at: element 7");
    assert_nothing_written(&folder);
}

#[test]
fn a_function_that_panics() {
    let folder = Folder::new();
    misbehave(&folder, "panic").fails(
        1,
        "error: step 'Picky' (tests/programs/misbehave.rs): panicked at tests/programs/misbehave.rs no sevens, please\n  \
         at: element 7",
    );
    assert_nothing_written(&folder);
}

#[test]
fn an_error_names_the_line_of_the_step_and_of_the_panic() {
    let program = include_str!("programs/misbehave.rs");
    let line_of = |text| 1 + program.lines().position(|line| line.contains(text)).unwrap();
    let (step, panic) = (line_of("Way::Panic =>"), line_of("assert!(n != 7"));
    let folder = Folder::new();
    let output = folder.command("misbehave").args(["panic", "--output", "x"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(&format!("step 'Picky' (tests/programs/misbehave.rs:{step}): ")), "{stderr}");
    assert!(stderr.contains(&format!("panicked at tests/programs/misbehave.rs:{panic}:")), "{stderr}");
}

#[test]
fn an_element_that_is_shown_on_demand() {
    let folder = Folder::new();
    misbehave(&folder, "panic-at-list").fails(
        1,
        "error: step 'Divide' (tests/programs/misbehave.rs): panicked at tests/programs/misbehave.rs attempt to divide by \
         zero\n  at: input from elements 0 to 10000\n  help: run again with --trace-elements to see the element",
    );
    let run = folder.run("misbehave", ["panic-at-list", "--output", "out/numbers", "--trace-elements"]);
    run.fails(
        1,
        "error: step 'Divide' (tests/programs/misbehave.rs): panicked at tests/programs/misbehave.rs attempt to divide by \
         zero\n  at: element [7]",
    );
    assert_nothing_written(&folder);
}

#[test]
fn a_failure_stops_slow_workers_soon() {
    // All elements would take 50 s on two workers, a batch of them 5 s. The failure comes after 0.2 s.
    let folder = Folder::new();
    let start = Instant::now();
    let run = folder.run("misbehave", ["panic-beside-slow", "--output", "out/numbers", "--parallelism", "2"]);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    run.fails(
        1,
        "error: step 'Slow' (tests/programs/misbehave.rs): panicked at tests/programs/misbehave.rs zero\n  at: element 0",
    );
    assert_nothing_written(&folder);
}

#[test]
fn arguments_that_cannot_be_understood() {
    let folder = Folder::new();
    let run = |args: &[&str]| folder.run("misbehave", [&["count", "--output", "out/numbers"], args].concat());
    run(&["--frobnicate"]).fails(
        2,
        "error: unexpected argument '--frobnicate' found\n\n  tip: to pass '--frobnicate' as a value, use '-- --frobnicate'\n\n\
         Usage: misbehave --output <OUTPUT> <WAY>\n\n\
         For more information, try '--help'.",
    );
    run(&["--parallelism", "many"]).fails(
        2,
        "error: invalid value 'many' for '--parallelism <N>': invalid digit found in string\n\n\
         For more information, try '--help'.",
    );
    run(&["--parallelism", "0"]).fails(2, "error: a parallelism of 0 is out of range: 1 to 256");
    run(&["--memory", "1k"]).fails(
        2,
        "error: invalid value '1k' for '--memory <SIZE>': 1k is too little to work with; the least is 16M\n\n\
         For more information, try '--help'.",
    );
    run(&["--memory", "lots"]).fails(
        2,
        "error: invalid value 'lots' for '--memory <SIZE>': give a whole number of bytes, or one followed by k, M, G or T, \
         such as 512M or 2G\n\nFor more information, try '--help'.",
    );
    run(&["--runner", "moon"]).fails(
        2,
        "error: invalid value 'moon' for '--runner <WHERE>'\n  [possible values: local]\n\n\
         For more information, try '--help'.",
    );
    run(&["--metrics-out", "no/such/folder.json"]).fails(
        2,
        "error: cannot write the metrics to no/such/folder.json: No such file or directory (os error 2)\n  \
         help: give --metrics-out a file in a folder that can be written to",
    );
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_pipeline_that_cannot_be_built() {
    let folder = Folder::new();
    misbehave(&folder, "refuse").fails(2, "error: the moon is in the wrong phase");
    misbehave(&folder, "twins").fails(
        2,
        "error: two steps are named 'Twin': at tests/programs/misbehave.rs and at tests/programs/misbehave.rs\n  \
         help: names identify steps in errors, metrics and saved state: make them differ",
    );
    assert!(!Path::new(&folder.path().join("out")).exists());
}

#[test]
fn what_does_not_fail_the_run_is_a_warning() {
    let folder = Folder::new();
    let run = misbehave(&folder, "stale");
    assert_eq!(run.code, Some(0), "{run:?}");
    let text =
        "step 'Refreshing' (tests/programs/misbehave.rs): the bank is closed\n  the side input keeps its last value\n";
    let expected = ["warning: ", "warning, 2 times: ", "warning, 4 times: "].map(|warning| format!("{warning}{text}"));
    let (warnings, rest) = run.stderr.split_at(run.stderr.find("done in ").unwrap());
    assert_eq!(warnings, expected.concat());
    assert!(rest.contains("failed_refreshes 4"), "{rest}");
}

#[test]
#[cfg(unix)]
fn closed_standard_streams_are_no_panic() {
    let folder = Folder::with(&[("in.txt", b"one")]);
    let mut command = folder.shell("\"$0\" --input in.txt --output counts >&- 2>&-", "wordcount");
    assert_eq!(command.status().unwrap().code(), Some(0));
}
