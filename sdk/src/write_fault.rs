//! Errors of writers that concern more than the element in hand.

use crate::BoxError;
use std::error::Error;
use std::fmt;

/// What an error of a [`Writer`](crate::Writer) means for elements other than the one in hand, for those who write by
/// [`try_write`](crate::PCollection::try_write).
///
/// There an error of [`write`](crate::Writer::write) is one of its element, and one of
/// [`finish_bundle`](crate::Writer::finish_bundle) fails the pipeline, because nobody can tell what has been written. A
/// writer that can tell says so with one of these. It is the cause that is shown, and by [`write`](crate::PCollection::write)
/// any error fails the pipeline.
///
/// The same holds for an [`UpsertWriter`](crate::UpsertWriter) and its changes; what it does not tell is no reason to fail
/// [there](crate::PCollection::try_write_upserts), and it is used on after it has told.
///
/// ```
/// use beamline_sdk::{BoxError, WriteFault, Writer};
///
/// /// Sends rows to a table, a hundred at a time.
/// struct Rows {
///     gathered: Vec<u64>,
/// }
///
/// # fn insert(rows: &[u64]) -> Result<(), BoxError> { Err("the table is away".into()) }
/// impl Writer<u64> for Rows {
///     type Commit = ();
///
///     fn write(&mut self, row: u64) -> Result<(), BoxError> {
///         if row == 0 {
///             return Err("there is no row 0".into());
///         }
///         self.gathered.push(row);
///         if self.gathered.len() < 100 { Ok(()) } else { self.finish_bundle() }
///     }
///
///     fn finish_bundle(&mut self) -> Result<(), BoxError> {
///         let rows = std::mem::take(&mut self.gathered);
///         insert(&rows).map_err(|error| WriteFault::undelivered(rows.len(), error).into())
///     }
///
///     fn prepare(mut self) -> Result<(), BoxError> {
///         self.finish_bundle()
///     }
/// }
///
/// let mut rows = Rows { gathered: vec![7, 8] };
/// let error = rows.finish_bundle().unwrap_err();
/// assert_eq!(error.to_string(), "the table is away");
/// assert_eq!(error.downcast::<WriteFault>()?.undelivered_elements(), Some(2));
/// # Ok::<(), BoxError>(())
/// ```
#[derive(Debug)]
pub struct WriteFault {
    kind: Kind,
    cause: BoxError,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Undelivered(usize),
    Broken,
}

impl WriteFault {
    /// The last so many elements that the writer was given, the one in hand included, have not gone where they should,
    /// and the writer has forgotten them; those before have. They are given to it again, or given up.
    pub fn undelivered(elements: usize, cause: impl Into<BoxError>) -> Self {
        Self { kind: Kind::Undelivered(elements), cause: cause.into() }
    }

    /// What has been written is damaged, or nobody knows whether it is: to try again would not help, and the pipeline fails.
    pub fn broken(cause: impl Into<BoxError>) -> Self {
        Self { kind: Kind::Broken, cause: cause.into() }
    }

    /// How many elements were not delivered; `None` if the writer is broken.
    pub fn undelivered_elements(&self) -> Option<usize> {
        match self.kind {
            Kind::Undelivered(elements) => Some(elements),
            Kind::Broken => None,
        }
    }

    /// What happened.
    pub fn into_cause(self) -> BoxError {
        self.cause
    }

    /// What happened, if an error is one of these; otherwise the error.
    pub(crate) fn cause_of(error: BoxError) -> BoxError {
        error.downcast::<Self>().map_or_else(|error| error, |fault| fault.into_cause())
    }
}

impl fmt::Display for WriteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

/// Its cause stands for it, so its source is that of the cause.
impl Error for WriteFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}
