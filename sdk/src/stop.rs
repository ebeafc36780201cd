//! Whether a run is to stop, for whoever waits for something outside of it.

use crate::kernel::Shared;
use crate::{BoxError, Error, ErrorKind};
use std::sync::Arc;

/// Tells whether a run is to stop, because it has been cancelled or has failed elsewhere.
///
/// The engine looks at it between elements. Code that may wait for long while it has an element, such as for a network,
/// looks at it too, and gives up by [`check`](Self::check). Clones are the same flag.
///
/// ```
/// use beamline_sdk::StopFlag;
///
/// let stop = StopFlag::default();
/// assert!(!stop.is_raised() && stop.check().is_ok());
/// stop.clone().raise();
/// assert!(stop.is_raised() && stop.check().is_err());
/// ```
#[derive(Clone, Default)]
pub struct StopFlag(Arc<Shared>);

impl StopFlag {
    /// The flag of a run.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self(shared.clone())
    }

    /// Whether the run is to stop.
    pub fn is_raised(&self) -> bool {
        self.0.is_stopped()
    }

    /// Makes the run stop, without an error. For tests of connectors, which have no run.
    pub fn raise(&self) {
        self.0.stop();
    }

    /// What to return when the run is to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if the flag is raised. It is never shown: the reason for the stop is.
    pub fn check(&self) -> Result<(), BoxError> {
        if self.is_raised() { Err(Error::new(ErrorKind::Cancelled, "stopped").into()) } else { Ok(()) }
    }
}
