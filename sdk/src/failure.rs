//! Elements that a step could not handle, as elements.

use crate::{BoxError, Step, Timestamp};
use serde::{Deserialize, Serialize};

/// An element that a step could not handle, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure<T> {
    /// The element.
    pub element: T,
    /// Its event time.
    pub timestamp: Timestamp,
    /// The name of the step.
    pub step: String,
    /// The place in the program that made the step, as `file:line`.
    pub location: String,
    /// What the step said, with its causes.
    pub error: String,
}

impl<T> Failure<T> {
    pub(crate) fn new(element: T, step: &Step, error: &BoxError, timestamp: Timestamp) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text += ": ";
            text += &error.to_string();
            cause = error.source();
        }
        let location = format!("{}:{}", step.location.file(), step.location.line());
        Self { element, timestamp, step: step.name.clone(), location, error: text }
    }
}
