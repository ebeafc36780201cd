//! The page of a running pipeline: `--ui`, if the program was built with it.

#[cfg(not(feature = "ui"))]
mod absent;
#[cfg(feature = "ui")]
mod present;

#[cfg(not(feature = "ui"))]
pub(super) use absent::Ui;
#[cfg(feature = "ui")]
pub(super) use present::Ui;
