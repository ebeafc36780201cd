//! From what the user gave to the files that are there.

use super::error::ReadError;
use super::glob;
use super::split::Origin;
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

/// What is read as one text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) origin: Origin,
    pub(super) kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file with its length in bytes.
    File(u64),
    /// What can neither be measured nor read twice.
    Pipe,
}

/// Finds all inputs, in the order of `paths`; those of a pattern in alphabetical order.
pub(super) fn resolve(paths: &[PathBuf]) -> Result<Vec<Input>, ReadError> {
    if paths.is_empty() {
        return Err(ReadError::NoPaths);
    }
    let mut inputs = Vec::new();
    for path in paths {
        resolve_one(path, &mut inputs)?;
    }
    if inputs.iter().filter(|i| i.origin == Origin::Stdin).count() > 1 {
        return Err(ReadError::StdinTaken);
    }
    Ok(inputs)
}

/// Whether a path stands for standard input, or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A path or pattern, for people.
pub(crate) fn name_of_input(path: &Path) -> String {
    if is_standard(path) { Origin::Stdin.to_string() } else { path.display().to_string() }
}

fn resolve_one(path: &Path, inputs: &mut Vec<Input>) -> Result<(), ReadError> {
    if is_standard(path) {
        inputs.push(Input { origin: Origin::Stdin, kind: Kind::Pipe });
        return Ok(());
    }
    // A file whose name looks like a pattern is that file.
    match (fs::metadata(path), path.to_str().filter(|p| glob::is_pattern(p))) {
        (Ok(metadata), _) => inputs.push(input(path, &metadata)?),
        (Err(_), Some(pattern)) => inputs.append(&mut matches(pattern)?),
        (Err(error), None) => return Err(ReadError::of(path.display(), error)),
    }
    Ok(())
}

/// The files that match; directories do not count.
fn matches(pattern: &str) -> Result<Vec<Input>, ReadError> {
    let mut inputs = Vec::new();
    for path in glob::matches(pattern)? {
        let metadata = fs::metadata(&path).map_err(|error| ReadError::of(path.display(), error))?;
        if !metadata.is_dir() {
            inputs.push(input(&path, &metadata)?);
        }
    }
    if inputs.is_empty() {
        return Err(ReadError::NoMatch { pattern: pattern.to_owned() });
    }
    Ok(inputs)
}

fn input(path: &Path, metadata: &Metadata) -> Result<Input, ReadError> {
    if metadata.is_dir() {
        return Err(ReadError::Directory { path: path.display().to_string() });
    }
    let kind = if metadata.is_file() {
        // Not being allowed to read should fail before any step has run. A pipe must not be opened to find out.
        File::open(path).map_err(|error| ReadError::of(path.display(), error))?;
        Kind::File(metadata.len())
    } else {
        Kind::Pipe
    };
    Ok(Input { origin: Origin::file(path), kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    /// The files found, relative to the folder.
    fn find(folder: &TempDir, paths: &[&str]) -> Result<Vec<String>, String> {
        let paths: Vec<_> = paths.iter().map(|p| folder.path().join(p)).collect();
        let root = format!("{}/", folder.path().display());
        let inputs = resolve(&paths).map_err(|e| e.to_string().replace(&root, ""))?;
        Ok(inputs.iter().map(|i| i.origin.to_string().replace(&root, "")).collect())
    }

    #[test]
    fn files_and_patterns_in_their_order() {
        let folder = folder(&["b.txt", "a.txt", "c.log", "d/e.txt", "f.txt/g"]);
        assert_eq!(find(&folder, &["c.log", "?.txt"]).unwrap(), ["c.log", "a.txt", "b.txt"]);
        assert_eq!(find(&folder, &["*"]).unwrap(), ["a.txt", "b.txt", "c.log"], "directories are left out");
    }

    #[test]
    fn lengths_are_known() {
        let folder = folder(&["a.txt"]);
        let inputs = resolve(&[folder.path().join("a.txt")]).unwrap();
        assert_eq!(inputs[0].kind, Kind::File(5));
    }

    #[test]
    fn a_file_that_looks_like_a_pattern_is_read_as_itself() {
        let folder = folder(&["a[b].txt", "ab.txt", "*"]);
        assert_eq!(find(&folder, &["a[b].txt"]).unwrap(), ["a[b].txt"]);
        assert_eq!(find(&folder, &["*"]).unwrap(), ["*"]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = folder(&["a", "dir/b"]);
        let error = |path| find(&folder, &["a", path]).unwrap_err();
        assert_eq!(
            error("nope.txt"),
            "cannot read nope.txt: there is no such file; check the name and the current folder"
        );
        assert!(error("x*").starts_with("no file matches x*: "));
        assert!(error("di?").starts_with("no file matches di?: "), "directories do not count");
        assert_eq!(error("dir"), "cannot read dir: it is a directory; to read the files in it, give dir/*");
        assert_eq!(error("dir/"), "cannot read dir/: it is a directory; to read the files in it, give dir/*");
    }

    #[test]
    fn bad_patterns_are_explained() {
        let error = find(&folder(&["a"]), &["a[b"]).unwrap_err();
        assert!(error.starts_with("a[b is no valid pattern: ") && error.contains("put it in brackets"), "{error}");
    }

    #[test]
    fn a_path_that_the_system_refuses_is_named() {
        let folder = folder(&["file"]);
        let error = find(&folder, &["file/x"]).unwrap_err();
        assert!(error.starts_with("cannot read file/x: Not a directory"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn links_without_a_target_are_named() {
        let folder = folder(&["a"]);
        std::os::unix::fs::symlink("gone", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
        assert!(find(&folder, &["lin*"]).unwrap_err().starts_with("cannot read link: there is no such file"));
        assert!(find(&folder, &["loop"]).unwrap_err().starts_with("cannot read loop: Too many levels"));
    }

    #[test]
    #[cfg(unix)]
    fn what_may_not_be_read_is_found_out_at_once() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder(&["secret"]);
        let secret = folder.path().join("secret");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o0)).unwrap();
        if File::open(&secret).is_ok() {
            eprintln!("skipped: this user (root?) may read everything");
            return;
        }
        assert!(find(&folder, &["secret"]).unwrap_err().starts_with("cannot read secret: Permission denied"));
    }

    #[test]
    fn a_lack_of_permission_is_told_apart() {
        let error = ReadError::of("f", std::io::ErrorKind::PermissionDenied.into());
        assert!(error.to_string().contains("give this user the right to read it"), "{error}");
    }

    #[test]
    fn standard_input_can_be_given_once_and_nothing_at_all_not() {
        assert_eq!(resolve(&["-".into()]).unwrap(), [Input { origin: Origin::Stdin, kind: Kind::Pipe }]);
        assert!(matches!(resolve(&["-".into(), "-".into()]), Err(ReadError::StdinTaken)));
        assert!(matches!(resolve(&[]), Err(ReadError::NoPaths)));
    }

    #[test]
    #[cfg(unix)]
    fn devices_are_pipes() {
        assert_eq!(resolve(&["/dev/null".into()]).unwrap()[0].kind, Kind::Pipe);
    }
}
