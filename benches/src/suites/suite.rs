//! What a suite is.

use std::error::Error;

use clap::Parser;

use super::contestant::Contestant;
use super::workload::{Size, Workload};

/// Suites whose contestants share their commands.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// How the contestants of this program are called: `contestant <family> <command> …`.
    pub name: &'static str,
    /// The suites.
    pub suites: &'static [Suite],
    /// Understands the arguments of a contestant of this program: those behind the name of the family.
    pub parse: fn(&[String]) -> Result<Box<dyn Enter>, clap::Error>,
}

/// A contestant of this program, with its arguments.
pub trait Enter {
    /// Does the work and prints what the harness compares.
    ///
    /// # Errors
    ///
    /// When the work cannot be done.
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// The [`Family::parse`] of a family whose contestants are the commands of `P`.
pub(super) fn parse<P: Parser + Enter + 'static>(arguments: &[String]) -> Result<Box<dyn Enter>, clap::Error> {
    let name = "contestant".to_owned();
    P::try_parse_from(std::iter::once(&name).chain(arguments)).map(|command| Box::new(command) as Box<dyn Enter>)
}

/// One task and all who do it. The first contestant is the reference.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// How the suite is called on the command line.
    pub name: &'static str,
    /// What is done, in a line.
    pub about: &'static str,
    /// How the results of contestants are compared.
    pub result: Outcome,
    /// How much there is to do, unless the command line says otherwise.
    pub size: Size,
    /// The contestants.
    pub contestants: fn(&Workload) -> Vec<Contestant>,
    /// Whose instructions are counted.
    pub counted: Counted,
}

/// Where a contestant leaves its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Lines, in any order, in any number of files of [`Workload::output`].
    Lines,
    /// A line `checksum: …` on the standard output.
    Checksum,
}

/// The small runs of a suite whose instructions are counted: contestants on one thread, of some hundreds of millions of
/// instructions.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Who is counted.
    pub names: &'static [&'static str],
    /// How much there is to do.
    pub size: Size,
}

impl Counted {
    /// Nobody's.
    pub const NONE: Self = Self { names: &[], size: Size::stream(0) };
}
