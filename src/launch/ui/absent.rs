//! In programs that were built without it.

use crate::launch::options::Options;
use crate::{Error, ErrorKind, Result};
use beamline_local::{JobControl, LocalRunner};

/// No page.
pub(crate) struct Ui;

impl Ui {
    /// Refuses `--ui`.
    pub(crate) fn open(options: &Options) -> Result<Self> {
        if options.ui.is_none() {
            return Ok(Self);
        }
        let text = "this program was built without the page of the pipeline, so it cannot serve it with --ui";
        let help =
            "build it with the feature `ui` of beamline: `beamline = { …, features = [\"ui\"] }` in its Cargo.toml";
        Err(Error::new(ErrorKind::Options, text).help(help))
    }

    #[allow(clippy::unused_self, reason = "as where there is a page")]
    pub(crate) fn watch(&self, runner: LocalRunner) -> LocalRunner {
        runner
    }

    #[allow(clippy::unused_self, reason = "as where there is a page")]
    pub(crate) fn serve(self, _job: JobControl) -> Result<Self> {
        Ok(self)
    }

    #[allow(clippy::unused_self, reason = "as where there is a page")]
    pub(crate) fn end<T>(self, _result: &Result<T>) {}
}
