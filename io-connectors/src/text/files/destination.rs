//! Where elements go, by a function of the element.

use beamline_sdk::Key;
use std::fmt::Display;

/// Tells the files of an output apart by their elements: [`OneDestination`], or [`By`] a function.
pub trait Destinations<T>: Clone + Send + 'static {
    /// What elements of the same files have in common.
    type Destination: Key;

    /// Whether there may be several.
    const ARE_SEVERAL: bool;

    /// Where an element goes.
    fn of(&self, element: &T) -> Self::Destination;

    /// What stands for a destination in names; nothing if there is only one.
    fn name(destination: &Self::Destination) -> Option<String>;
}

/// All elements go to the same files.
#[derive(Clone, Copy, Debug)]
pub struct OneDestination;

impl<T> Destinations<T> for OneDestination {
    type Destination = ();
    const ARE_SEVERAL: bool = false;

    fn of(&self, _: &T) {}

    fn name((): &()) -> Option<String> {
        None
    }
}

/// A function says where an element goes.
#[derive(Clone, Copy, Debug)]
pub struct By<F>(pub(super) F);

impl<T, D, F> Destinations<T> for By<F>
where
    D: Key + Display,
    F: Fn(&T) -> D + Clone + Send + 'static,
{
    type Destination = D;
    const ARE_SEVERAL: bool = true;

    fn of(&self, element: &T) -> D {
        (self.0)(element)
    }

    fn name(destination: &D) -> Option<String> {
        Some(destination.to_string())
    }
}
