//! Every test program of this folder is named in its manifest, or it would never run.

use std::fs;
use std::path::Path;

#[test]
fn all_files_are_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let program = if path.is_dir() { path.join("main.rs") } else { path };
        if program.extension().is_some_and(|extension| extension == "rs") && program.exists() {
            let file = program.strip_prefix(folder).unwrap().display();
            assert!(manifest.contains(&format!("path = \"{file}\"")), "tests/Cargo.toml does not name {file}");
        }
    }
}
