//! Restrictions, and what has been done of them.

use crate::{BoxError, Element};

/// Knows which part of a restriction has been worked on, and divides the rest (*restriction tracker* in the Beam model).
///
/// [`OffsetTracker`](super::OffsetTracker) is the one for ranges of offsets.
pub trait RestrictionTracker: 'static {
    /// What is to be done, such as a range of offsets.
    type Restriction: Element;
    /// Where in it, such as an offset.
    type Position;

    /// Claims a position, in ascending order. If it is no longer a part of the restriction the claim is refused, and
    /// nothing at or behind the position may be worked on.
    fn try_claim(&mut self, position: &Self::Position) -> bool;

    /// What is to be done, as far as it has not been given away.
    fn restriction(&self) -> Self::Restriction;

    /// Divides what has not been claimed: keeps about `fraction` (from 0 to 1) of it, at least one position, and gives away
    /// the rest, or `None` if there is none. With 0, everything that has not been claimed is given away.
    fn try_split(&mut self, fraction: f64) -> Option<Self::Restriction>;

    /// Whether all of the restriction has been claimed.
    ///
    /// # Errors
    /// Says what has not been: the user's code has stopped too early, and would lose data.
    fn check_done(&self) -> Result<(), BoxError>;
}
