//! In programs that were built with it.

use crate::Result;
use crate::launch::arguments::program_name;
use crate::launch::options::{Options, Switch};
use crate::launch::terminal::say;
use beamline_local::{JobControl, LocalRunner};
use beamline_ui::{Page, Serving};
use std::env::args_os;

/// The page, if it was asked for.
pub(crate) struct Ui(Option<Page>);

/// The page while it is served.
pub(crate) struct Served(Option<Serving>);

impl Ui {
    /// Takes the address.
    pub(crate) fn open(options: &Options) -> Result<Self> {
        let token = options.ui_token.as_deref();
        let page = options.ui.as_deref().map(|address| Page::bind(address, token)).transpose()?;
        let samples = options.ui_samples.map(|switch| switch == Switch::On);
        Ok(Self(page.map(|page| samples.into_iter().fold(page, Page::samples))))
    }

    /// Lets a runner keep what the page shows.
    pub(crate) fn watch(&self, runner: LocalRunner) -> LocalRunner {
        self.0.iter().fold(runner, |runner, page| page.watch(runner))
    }

    /// Says where it is, and shows how the job goes.
    pub(crate) fn serve(self, job: JobControl) -> Result<Served> {
        let Some(page) = self.0 else { return Ok(Served(None)) };
        say(format_args!("watch it at {}", page.url()));
        let program = program_name(args_os().next().as_ref());
        page.serve(job, &program).map(|serving| Served(Some(serving)))
    }
}

impl Served {
    /// Tells those who look how it ended, and closes the page.
    pub(crate) fn end<T>(self, result: &Result<T>) {
        self.0.into_iter().for_each(|serving| serving.end(result));
    }
}
