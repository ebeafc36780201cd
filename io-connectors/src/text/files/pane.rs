//! The files of one pane: written where nobody sees them, then given their names.

use super::super::encode::Encoder;
use super::super::folder::{folder_of, make_folder, save_folder};
use super::super::publish::{Unnamed, discard, give_names};
use super::super::shard::{PreparedShard, ShardWriter, Target};
use super::super::temp::TempFile;
use super::error::WriteFilesError;
use super::name::Facts;
use super::output::Output;
use super::written::WrittenFile;
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a pane in the making. Dropped before they are published, they are deleted.
pub(super) struct PaneFiles<'a> {
    output: &'a Output,
    facts: Facts,
    open: Option<OpenFile>,
    complete: Vec<PreparedShard>,
    written: Vec<WrittenFile>,
}

struct OpenFile {
    writer: ShardWriter,
    path: PathBuf,
    rows: u64,
}

impl<'a> PaneFiles<'a> {
    pub(super) fn new(output: &'a Output, facts: Facts) -> Self {
        Self { output, facts, open: None, complete: Vec::new(), written: Vec::new() }
    }

    /// Adds a line to the file that is open, and begins one if none is.
    pub(super) fn line(&mut self, line: &impl Display) -> Result<(), WriteFilesError> {
        let mut open = self.open.take().map_or_else(|| self.begin(), Ok)?;
        open.writer.line(line)?;
        open.rows += 1;
        let is_full = self.output.limits.are_reached(open.rows, open.writer.text_bytes());
        if is_full {
            return self.complete(open);
        }
        self.open = Some(open);
        Ok(())
    }

    fn begin(&self) -> Result<OpenFile, WriteFilesError> {
        let path = self.output.pattern.path(&self.facts);
        self.output.pattern.check_window(&self.facts)?;
        if !self.output.replace && fs::symlink_metadata(&path).is_ok() {
            return Err(WriteFilesError::Exists { path: path.display().to_string() });
        }
        make_folder(folder_of(&path))?;
        let failed = |cause| WriteFilesError::of(path.display(), cause);
        let encoder = Encoder::new(self.output.codec).map_err(failed)?;
        let file = TempFile::beside(&path).map_err(failed)?;
        let mut writer = ShardWriter::new(Target::File(file, path.clone()), encoder);
        if let Some(header) = &self.output.header {
            writer.line(header)?;
        }
        Ok(OpenFile { writer, path, rows: 0 })
    }

    fn complete(&mut self, open: OpenFile) -> Result<(), WriteFilesError> {
        let OpenFile { writer, path, rows } = open;
        let prepared = writer.finish()?;
        let bytes = prepared.0.as_ref().and_then(|rename| fs::metadata(&rename.from).ok()).map_or(0, |file| file.len());
        self.complete.push(prepared);
        let Facts { destination, window, pane, shard, part, .. } = self.facts.clone();
        let path = path.display().to_string();
        self.written.push(WrittenFile { path, destination, window, pane, shard: shard.index, part, rows, bytes });
        self.facts.part += 1;
        Ok(())
    }

    /// Deletes the parts that an earlier pane in place of this one had more.
    fn remove_stale_parts(&mut self) -> Result<(), WriteFilesError> {
        let Output { by_pane, replace, limits, .. } = self.output;
        while *by_pane && *replace && limits.is_any() {
            let path = self.output.pattern.path(&self.facts);
            match fs::remove_file(&path) {
                Ok(()) => self.facts.part += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(cause) => return Err(WriteFilesError::Stale { path: path.display().to_string(), cause }),
            }
        }
        Ok(())
    }

    /// Makes all files of the pane visible, or none.
    pub(super) fn publish(mut self) -> Result<Vec<WrittenFile>, WriteFilesError> {
        if let Some(open) = self.open.take() {
            self.complete(open)?;
        }
        give_names(&self.complete, self.output.replace)
            .map_err(|Unnamed { path, cause, .. }| WriteFilesError::of(path.display(), cause))?;
        self.complete.clear();
        self.remove_stale_parts()?;
        let mut folders: Vec<_> = self.written.iter().map(|file| folder_of(Path::new(&file.path))).collect();
        folders.dedup();
        folders.into_iter().try_for_each(durable)?;
        Ok(std::mem::take(&mut self.written))
    }
}

impl Drop for PaneFiles<'_> {
    fn drop(&mut self) {
        discard(&self.complete);
    }
}

fn durable(folder: &Path) -> Result<(), WriteFilesError> {
    save_folder(folder).map_err(|cause| WriteFilesError::NotDurable { folder: folder.display().to_string(), cause })
}
