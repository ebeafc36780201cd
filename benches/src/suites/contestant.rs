//! A name and a command line.

/// A name and a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contestant {
    /// The name in the table.
    pub name: &'static str,
    /// What is run.
    pub program: Program,
    /// With what.
    pub arguments: Vec<String>,
    /// What is run in its place by a clock that stands still, if that is another program.
    pub still: Option<Box<Self>>,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// This program: the arguments name one of its hidden `contestant` commands.
    Own,
    /// An example, built with the same profile beforehand.
    Example(&'static str),
    /// A program of the package `beamline-nexmark`, built with the same profile beforehand.
    Nexmark(&'static str),
    /// A program of the workspace `benches/peers`. Where it is not built, the contestant does not run, and the table says
    /// so.
    Peer(&'static str),
}

impl Contestant {
    /// A command of this program, which belongs to a family.
    pub(super) fn own(name: &'static str, family: &str, command: &str) -> Self {
        let arguments = ["contestant", family, command].map(str::to_owned).into();
        Self { name, program: Program::Own, arguments, still: None }
    }

    /// An example.
    pub(super) const fn example(name: &'static str, example: &'static str) -> Self {
        Self { name, program: Program::Example(example), arguments: Vec::new(), still: None }
    }

    /// A program of NEXMark, with a query.
    pub(super) fn nexmark(name: &'static str, program: &'static str, query: &str) -> Self {
        Self { name, program: Program::Nexmark(program), arguments: vec![query.to_owned()], still: None }
    }

    /// A command of a peer's program.
    pub(super) fn peer(name: &'static str, program: &'static str, command: &str) -> Self {
        Self { name, program: Program::Peer(program), arguments: vec![command.to_owned()], still: None }
    }

    /// The same with further arguments.
    pub(super) fn with<S: AsRef<str>>(mut self, arguments: &[S]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// The same on so many threads.
    pub(super) fn threads(self, threads: usize) -> Self {
        self.with(&["--threads", &threads.to_string()])
    }

    /// The same where nothing depends on how long things take, if that can be had.
    pub fn standing_still(self) -> Self {
        match self.still {
            Some(still) => *still,
            None if self.program == Program::Own => self.with(&["--stands-still"]),
            None => self,
        }
    }

    /// The same, whose place another one takes where the clock stands still.
    pub(super) fn standing_still_as(self, still: Self) -> Self {
        Self { still: Some(Box::new(still)), ..self }
    }
}
