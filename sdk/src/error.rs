//! Errors: what failed, where in the program, at which element, and what to do.

use crate::metrics::Metrics;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// Any error of user code or of a connector; `?` converts into it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of building or running a pipeline.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The pipeline is wrong as it was built: nothing has run.
    Graph,
    /// An option has a value that cannot work: nothing has run.
    Options,
    /// A user's function returned an error or panicked.
    User,
    /// A source or sink failed.
    Io,
    /// The memory budget cannot hold what must be in memory.
    Memory,
    /// The run was cancelled.
    Cancelled,
    /// A fault of beamline itself.
    Internal,
}

/// The step of a pipeline that an error or a metric belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its full name, scopes included: `TopWords/Count`.
    pub name: String,
    /// The place in the user's program that made it.
    pub location: &'static Location<'static>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' ({}:{})", self.name, self.location.file(), self.location.line())
    }
}

/// A failure of a pipeline.
///
/// Printed, it is a short paragraph: the step with the file and line of the call that made it, what happened, the
/// element or input at which it happened, and what to do.
#[derive(Clone)]
pub struct Error(Box<Details>);

/// Behind a pointer, as results are returned through all the steps of a stage, and most of them are no errors.
#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    step: Option<Arc<Step>>,
    message: String,
    at: Option<String>,
    help: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    metrics: Option<Metrics>,
}

impl Error {
    /// An error with a message of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::made_of(kind, message.into(), None)
    }

    /// An error that wraps another; its message and those of its sources are printed.
    pub fn wrap(kind: ErrorKind, source: BoxError) -> Self {
        Self::made_of(kind, String::new(), Some(source.into()))
    }

    fn made_of(kind: ErrorKind, message: String, source: Option<Arc<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Box::new(Details { kind, step: None, message, at: None, help: None, source, metrics: None }))
    }

    /// An error that user code or a connector has returned: as it is if it is one of these and knows no step, else wrapped.
    pub(crate) fn of(kind: ErrorKind, source: BoxError) -> Self {
        match source.downcast::<Self>() {
            Ok(error) if error.0.step.is_none() => *error,
            Ok(error) => Self::wrap(kind, error),
            Err(source) => Self::wrap(kind, source),
        }
    }

    /// Says what kind of failure it was after all.
    #[must_use]
    pub fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Says in which step it happened, unless that is known already.
    #[must_use]
    pub fn in_step(mut self, step: &Arc<Step>) -> Self {
        self.0.step.get_or_insert_with(|| step.clone());
        self
    }

    /// Says at which element or input it happened, unless that is known already.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.0.at.get_or_insert_with(|| place.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says what to do about it, unless that has been said already.
    pub(crate) fn or_help(mut self, help: &str) -> Self {
        self.0.help.get_or_insert_with(|| help.to_owned());
        self
    }

    /// Says what had been done when it happened.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.0.metrics = Some(metrics);
        self
    }

    /// The committed metrics of the run that failed.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.0.metrics.as_ref()
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The step in which it happened.
    pub fn step(&self) -> Option<&Step> {
        self.0.step.as_deref()
    }

    /// The element or input at which it happened.
    pub fn element(&self) -> Option<&str> {
        self.0.at.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = &self.0.step {
            write!(f, "step {step}: ")?;
        }
        f.write_str(&self.0.message)?;
        let mut cause: Option<&dyn std::error::Error> = self.0.source.as_deref().map(|e| e as _);
        let mut separator = if self.0.message.is_empty() { "" } else { ": " };
        while let Some(error) = cause {
            write!(f, "{separator}{error}")?;
            separator = ": ";
            cause = error.source();
        }
        if let Some(at) = &self.0.at {
            write!(f, "\n  at: {at}")?;
        }
        if let Some(help) = &self.0.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}
