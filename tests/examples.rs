//! The examples do what their comments say: the commands there are run, and what they print is compared.

mod common;

use common::Folder;
use std::fs;
use std::path::Path;

/// The folder of the whole.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Where an example is: a file, or a folder.
fn path_of(example: &str) -> String {
    let file = format!("examples/{example}.rs");
    let is_file = root().join(&file).exists();
    if is_file { file } else { format!("examples/{example}/main.rs") }
}

/// A folder with the files that the examples read.
fn folder() -> Folder {
    let root = root();
    let folder = Folder::new();
    fs::copy(root.join("README.md"), folder.path().join("README.md")).unwrap();
    copy_all(&root.join("examples/data"), &folder.path().join("examples/data"));
    folder
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy_all(&from, &to) } else { fs::copy(&from, &to).map(drop).unwrap() }
    }
}

/// A terminal as it is shown in a comment: what was typed, and what was printed.
struct Session {
    script: String,
    printed: Vec<String>,
}

impl Session {
    fn new(shown: &str) -> Self {
        let (mut session, mut goes_on) = (Self { script: String::new(), printed: Vec::new() }, false);
        let is_report = |line: &str| line.starts_with("done in ") || line.starts_with("  ");
        for line in shown.lines() {
            let typed = line.strip_prefix("$ ").or(goes_on.then_some(line));
            goes_on = typed.is_some_and(|line| line.ends_with('\\'));
            match typed {
                Some(line) => session.script.extend([line, "\n"]),
                None if is_report(line) => {}
                None => session.printed.push(line.to_owned()),
            }
        }
        session.printed.sort();
        session
    }

    /// The first one in the comment at the head of an example.
    fn of(example: &str) -> Self {
        let source = source(&path_of(example));
        let comment = source.lines().map_while(|line| line.strip_prefix("//!"));
        let text: Vec<_> = comment.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        Self::new(text.join("\n").split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap())
    }

    /// Types it again.
    #[track_caller]
    fn check(&self, folder: &Folder, example: &str) {
        let cargo = format!("--example {example}");
        let script =
            self.script.replace("cargo run --release", "cargo run").replace(&format!("cargo run {cargo} --"), "\"$0\"");
        let script = script.replace(&format!("cargo run {cargo}"), "\"$0\"");
        assert!(script.contains("$0") && !script.contains("cargo"), "{script}");
        let output = folder.shell(&format!("set -e\n{script}"), example).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert!(output.status.success(), "{script}\n{}", text(output.stderr));
        assert_eq!(sorted(&text(output.stdout)), self.printed, "{script}");
    }
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The lines of all files whose names begin with `prefix`.
fn written(folder: &Folder, prefix: &str) -> Vec<String> {
    let names = folder.names().into_iter().filter(|name| name.starts_with(prefix));
    sorted(&names.map(|name| folder.read(&name)).collect::<String>())
}

#[test]
fn examples_print_what_their_comments_show() {
    for example in [
        "wordcount",
        "minimal_wordcount",
        "distinct_lines",
        "top_words_per_prefix",
        "tfidf",
        "join_orders",
        "dedup",
        "orders_with_rates",
        "hourly_team_score",
        "leaderboard",
        "sessions",
        "draw_panes",
        "slow_requests",
        "page_path",
        "generate_access_log",
    ] {
        Session::of(example).check(&folder(), example);
    }
}

#[test]
fn wrong_usage_is_refused_before_anything_runs() {
    for example in [
        "wordcount",
        "distinct_lines",
        "top_words_per_prefix",
        "tfidf",
        "join_orders",
        "dedup",
        "orders_with_rates",
        "hourly_team_score",
        "sessions",
        "page_path",
        "tail_wordcount",
    ] {
        let folder = folder();
        let before = folder.names();
        for arguments in [&["--nonsense"][..], &[], &["--parallelism", "none"]] {
            let run = folder.run(example, arguments);
            assert_eq!(run.code, Some(2), "{example} {arguments:?}: {run:?}");
            assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{run:?}");
        }
        assert_eq!(folder.names(), before);
    }
}

#[test]
fn words_are_runs_of_letters_of_any_language() {
    let text = "Żółw, żółw! l'été; 漢字 naïve\r\nsnake_case x2y ß—ß";
    let folder = Folder::with(&[("a.txt", text.as_bytes()), ("b.txt", b"\nx\n")]);
    folder.run("wordcount", ["--input", "a.txt", "b.txt", "--output", "all"]).succeeds();
    let words =
        ["case: 1", "l: 1", "naïve: 1", "snake: 1", "x: 2", "y: 1", "ß: 2", "été: 1", "Żółw: 1", "żółw: 1", "漢字: 1"];
    assert_eq!(written(&folder, "all-"), words);
    folder.run("wordcount", ["--input", "?.txt", "--output", "frequent", "--min-count", "2"]).succeeds();
    assert_eq!(written(&folder, "frequent-"), ["x: 2", "ß: 2"]);
}

#[test]
fn the_first_event_of_an_id_is_the_earliest_on_any_number_of_workers() {
    let folder = folder();
    for workers in ["1", "2", "7"] {
        let arguments = ["--input", "examples/data/events.csv", "--output", workers, "--parallelism", workers];
        folder.run("dedup", arguments).succeeds();
        let times: Vec<_> = written(&folder, workers).iter().map(|line| line[..5].to_owned()).collect();
        assert_eq!(times, ["08:00", "08:01", "09:10", "09:45", "09:50"]);
    }
    let folder = Folder::with(&[("in.csv", b"08:00,a,b\nnoon,a,b\n")]);
    let run = folder.run("dedup", ["--input", "in.csv", "--output", "out"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("noon,a,b") && run.stderr.contains("as 08:30 is"), "{run:?}");
}

#[test]
fn outputs_do_not_depend_on_the_number_of_workers() {
    let folder = folder();
    let all = "examples/data/library/*.txt";
    for example in ["wordcount", "distinct_lines", "top_words_per_prefix", "tfidf"] {
        let results = ["1", "2", "7"].map(|workers| {
            let prefix = format!("{example}-on-{workers}");
            folder.run(example, ["--input", all, "--output", &prefix, "--parallelism", workers]).succeeds();
            written(&folder, &prefix)
        });
        assert!(results[0].len() > 20 && results.iter().all(|lines| *lines == results[0]), "{example}: {results:?}");
    }
}

#[test]
fn what_was_too_late_is_told_in_the_end() {
    let clicks = b"ann,2024-03-01T10:00:00,home\nann,2024-03-01T12:00:00,home\nann,2024-03-01T10:01:00,boats\n";
    let folder = Folder::with(&[("clicks.csv", clicks)]);
    let run = folder.run("sessions", ["--input", "clicks.csv", "--output", "visits", "--late", "late.txt"]);
    assert!(
        run.code == Some(0) && run.stderr.contains("Count  ") && run.stderr.contains("dropped_late 1\n"),
        "{run:?}"
    );
}

#[test]
fn sessions_tell_which_file_and_which_line_is_wrong() {
    let folder = Folder::with(&[("clicks.csv", b"ann,2024-03-01T10:00:00,home\nbob,yesterday,home\n")]);
    let run = |input| folder.run("sessions", ["--input", input, "--output", "visits", "--late", "late.txt"]);
    let (missing, wrong) = (run("missing.csv"), run("clicks.csv"));
    assert!(missing.code == Some(1) && missing.stderr.contains(": missing.csv: No such file"), "{missing:?}");
    assert!(wrong.code == Some(1) && wrong.stderr.contains(": bob,yesterday,home: not a date"), "{wrong:?}");
    assert_eq!(folder.names(), ["clicks.csv"]);
    let plan =
        folder.run("sessions", ["--input", "missing.csv", "--output", "visits", "--late", "late.txt", "--explain"]);
    assert!(plan.code == Some(0), "nothing is read before the run: {plan:?}");
}

#[test]
fn the_command_of_the_readme_works() {
    let readme = source("README.md");
    let command = readme.lines().find(|line| line.starts_with("cargo run")).unwrap();
    let folder = folder();
    Session::new(&format!("$ {command}\n$ {command}")).check(&folder, "wordcount");
    assert!(folder.path().join("target/counts").read_dir().unwrap().count() > 0);
}

#[test]
fn orders_are_converted_at_the_rate_of_their_time() {
    let orders = b"1,10:00,USD,1\n2,09:59,USD,1\n3,00:00,USD,1\n";
    let folder = Folder::with(&[("orders.csv", orders), ("rates.csv", b"10:00,USD,3\n00:01,USD,2\n")]);
    let arguments = ["--orders", "orders.csv", "--rates", "rates.csv", "--output", "-"];
    let run = folder.run("orders_with_rates", arguments);
    run.succeeds();
    let euros = ["10:00  order 1:   1.00 USD at 3.00 =   3.00 EUR", "09:59  order 2:   1.00 USD at 2.00 =   2.00 EUR"];
    let none = "00:00  order 3:   1.00 USD, for which there was no rate yet";
    assert_eq!(sorted(&run.stdout), sorted(&[euros[0], euros[1], none].join("\n")));
}

#[test]
fn a_rate_of_no_time_stops_the_conversion() {
    let folder = Folder::with(&[("orders.csv", b""), ("rates.csv", b"25:00,USD,3\n")]);
    let run = folder.run("orders_with_rates", ["--orders", "orders.csv", "--rates", "rates.csv", "--output", "out"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("step 'ParseRates'") && run.stderr.contains("there is no time 25:00"), "{run:?}");
    assert!(written(&folder, "out").is_empty());
}
