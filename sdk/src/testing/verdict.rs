//! What a function of a user says about a collection.

use crate::BoxError;

/// What a function given to [`satisfies`](super::AssertThat::satisfies) returns: nothing, if it panics when it is not
/// satisfied, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no verdict",
    label = "return a `Result<(), E>`, or nothing and panic: `assert!(…)`",
    note = "an error `E` can be a string or any error"
)]
pub trait Verdict {
    /// The verdict as a result.
    ///
    /// # Errors
    /// What was not satisfied.
    fn into_result(self) -> Result<(), BoxError>;
}

impl Verdict for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> Verdict for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}
