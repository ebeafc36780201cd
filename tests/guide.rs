//! The guide: its pictures are what the program draws, and its links lead somewhere. Its programs are doc tests.

mod common;

use common::Folder;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The names of the files in a folder that end so.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(extension)).collect()
}

fn chapters() -> impl Iterator<Item = (String, String)> {
    names(&docs(), ".md").into_iter().map(|name| {
        let text = fs::read_to_string(docs().join(&name)).unwrap();
        (name, text)
    })
}

/// What a text links to, pictures included.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[test]
fn pictures_are_what_the_program_draws() {
    let (folder, pictures) = (Folder::new(), docs().join("pictures"));
    folder.run("draw_panes", ["drawn"]).succeeds();
    let drawn = folder.path().join("drawn");
    assert_eq!(names(&pictures, ""), names(&drawn, ".svg"), "`cargo run --example draw_panes` draws the pictures anew");
    for name in names(&drawn, ".svg") {
        let [committed, drawn] = [&pictures, &drawn].map(|folder| fs::read_to_string(folder.join(&name)).unwrap());
        assert!(committed == drawn, "{name} is out of date: `cargo run --example draw_panes` draws it anew:\n{drawn}");
    }
}

#[test]
fn pictures_are_shown_and_described() {
    let mut shown = BTreeSet::new();
    for (name, text) in chapters() {
        assert!(!text.contains("![]("), "{name} has a picture without a description");
        shown.extend(targets(&text).filter_map(|target| target.strip_prefix("pictures/")).map(str::to_owned));
    }
    assert_eq!(shown, names(&docs().join("pictures"), ".svg"));
}

#[test]
fn links_lead_somewhere() {
    for (name, text) in chapters() {
        for target in targets(&text).filter(|target| !target.starts_with("https://")) {
            assert!(docs().join(target).exists(), "{name} links to {target}, which is not there");
        }
    }
}

#[test]
fn the_contents_have_all_chapters_and_their_programs_are_run() {
    let mut files = names(&docs(), ".md");
    files.remove("README.md");
    let contents = fs::read_to_string(docs().join("README.md")).unwrap();
    let listed: BTreeSet<_> = targets(&contents).map(str::to_owned).collect();
    let run = fs::read_to_string(docs().join("../src/guide.rs")).unwrap();
    for file in files {
        assert!(listed.contains(&file), "{file} is not in the contents");
        assert!(run.contains(&format!("\"{file}\"")), "nobody runs the programs of {file}");
    }
}
