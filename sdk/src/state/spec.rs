//! The declaration of a state.

use super::field::{StateField, Visitor};
use crate::Timestamp;

/// What a [`StatefulDoFn`](super::StatefulDoFn) remembers for a key in a window: a struct of cells and timers.
///
/// To be derived: `#[derive(StateSpec)]`. The fields are public facts of the pipeline; their names are those under which
/// saved state is found again, so renaming a field forgets what was in it, unless `#[state(name = "…")]` keeps the old
/// name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare state",
    note = "`#[derive(StateSpec)]` on a struct of cells and timers does"
)]
pub trait StateSpec: Send + Sized + 'static {
    /// The fields, in the order of their declaration.
    const FIELDS: &'static [StateField];

    /// For each cell with a time to live when it was last written: an array of [`Timestamp`].
    type WrittenAt: AsRef<[Timestamp]> + AsMut<[Timestamp]> + Copy + Send + 'static;

    /// The times of cells that have not been written to.
    const UNWRITTEN: Self::WrittenAt;

    /// Says which timer has come: a variant for each timer, with the tag where there are several.
    type Timer;

    /// A state in which nothing has been written.
    fn empty() -> Self;

    /// Shows all fields to a visitor, in the order of their declaration.
    fn visit(&mut self, written_at: &mut Self::WrittenAt, visitor: &mut impl Visitor<Self::Timer>);
}
