//! A command for each suite.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand, error::ErrorKind};

use super::options::Options;
use crate::suites::{Suite, all, find};

/// A suite, and how it is run.
#[derive(Debug)]
pub(super) struct SuiteRun {
    pub(super) suite: &'static Suite,
    pub(super) options: Options,
}

impl FromArgMatches for SuiteRun {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let found = matches.subcommand().and_then(|(name, options)| Some((find(name)?, options)));
        let (suite, options) = found.ok_or_else(|| Error::new(ErrorKind::MissingSubcommand))?;
        Ok(Self { suite, options: Options::from_arg_matches(options)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for SuiteRun {
    fn augment_subcommands(command: Command) -> Command {
        all().fold(command, |command, suite| {
            command.subcommand(Options::augment_args(Command::new(suite.name)).about(suite.about))
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        find(name).is_some()
    }
}
