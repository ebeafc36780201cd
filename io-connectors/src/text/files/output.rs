//! What all files of an output have in common, once it has been checked.

use super::super::compression::Codec;
use super::super::folder::{folder_of, make_folder};
use super::super::temp::TempFile;
use super::error::WriteFilesError;
use super::limits::Limits;
use super::name::Facts;
use super::pattern::Pattern;
use super::share::Share;
use super::written::WrittenFile;
use super::{destination::Destinations, pane::PaneFiles, roll::Part};
use beamline_sdk::metrics::Counter;
use beamline_sdk::{BoxError, Cx, DoFn, Element, Error, ErrorKind, Shard};
use std::fmt::Display;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

// Files that are visible stay, whatever becomes of the bundle.
static FILES: Counter = Counter::lasting("files_written");
static ROWS: Counter = Counter::lasting("rows_written");
static EMPTY: Counter = Counter::new("empty_panes");

/// An output of many files.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) pattern: Pattern,
    pub(super) codec: Codec,
    pub(super) header: Option<String>,
    pub(super) limits: Limits,
    pub(super) replace: bool,
    /// Whether all files of a pane are written together, and those of an earlier one can be replaced by fewer.
    pub(super) by_pane: bool,
}

impl Output {
    /// Makes the folder that all files are in, and tries to write there: nothing else knows about permissions and disks
    /// that are read-only.
    fn check_folder(&self) -> Result<(), WriteFilesError> {
        let probe = format!("{}probe", self.pattern.prefix());
        let folder = folder_of(Path::new(&probe));
        make_folder(folder)?;
        let written = TempFile::beside(&folder.join("probe")).map(drop);
        written.map_err(|cause| WriteFilesError::NotWritable { folder: folder.display().to_string(), cause })
    }
}

/// Writes the files of panes, one after the other: of lines `L`, whose destinations are those of elements `T`.
pub(super) struct WritePanes<T, D, L = T> {
    output: Arc<Output>,
    shards: u32,
    _elements: PhantomData<fn(T, D, L)>,
}

impl<T, D, L> WritePanes<T, D, L> {
    pub(super) fn new(output: Output, shards: u32) -> Self {
        Self { output: Arc::new(output), shards, _elements: PhantomData }
    }
}

impl<T, D, L> Clone for WritePanes<T, D, L> {
    fn clone(&self) -> Self {
        Self { output: self.output.clone(), shards: self.shards, _elements: PhantomData }
    }
}

/// Lines of one destination and shard, with the number of the file to begin with.
type Group<T, D, L> = ((<D as Destinations<T>>::Destination, Share), Part<L>);

impl<T: Element, D: Destinations<T>, L: Element + Display> DoFn<Group<T, D, L>> for WritePanes<T, D, L> {
    type Out = WrittenFile;

    fn setup(&mut self) -> Result<(), BoxError> {
        Ok(self.output.check_folder().map_err(|error| Error::wrap(ErrorKind::Io, error.into()))?)
    }

    fn process(&mut self, group: Group<T, D, L>, cx: &mut Cx<'_, WrittenFile>) -> Result<(), BoxError> {
        let ((destination, share), (part, rows)) = group;
        let shard = Shard { index: share.index, count: self.shards };
        let destination = D::name(&destination);
        let facts = Facts { destination, window: cx.window(), pane: cx.pane(), shard, part, run: cx.run() };
        if rows.is_empty() {
            EMPTY.inc(1);
            return Ok(());
        }
        let place = describe(&facts);
        let mut files = PaneFiles::new(&self.output, facts);
        for row in rows {
            cx.check_stop()?;
            files.line(&row).map_err(|error| located(error, &place))?;
        }
        let files = files.publish().map_err(|error| located(error, &place))?;
        FILES.inc(files.len() as u64);
        ROWS.inc(files.iter().map(|file| file.rows).sum());
        files.into_iter().for_each(|file| cx.emit(file));
        // The next one takes a while.
        cx.flush();
        Ok(())
    }
}

fn located(error: WriteFilesError, place: &str) -> Error {
    Error::wrap(ErrorKind::Io, error.into()).at(place)
}

/// Which pane it is, for errors.
fn describe(facts: &Facts) -> String {
    let to = facts.destination.as_ref().map_or_else(String::new, |destination| format!(", destination {destination}"));
    format!("pane {} of {}{to}, shard {}", facts.pane.index, facts.window, facts.shard.index)
}
