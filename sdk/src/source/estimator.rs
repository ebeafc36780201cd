//! Watermark estimators: what is known of the elements still to come, from those that have come.

use crate::{Element, Timestamp};
use std::marker::PhantomData;
use std::time::Duration;

/// Says, from the elements of a split or of a restriction so far, how early the next ones may be (*watermark estimator*
/// of a splittable `DoFn` in the Beam model).
///
/// An element that is before the watermark is late. It is not lost by that, but windows may have closed.
pub trait WatermarkEstimator<T>: Clone + Send + Sync + 'static {
    /// An element has been read.
    fn observe(&mut self, element: &T, timestamp: Timestamp);

    /// No further element is before this instant, unless it is late. An answer that is earlier than the one before
    /// counts for nothing.
    fn watermark(&self) -> Timestamp;
}

/// Elements that come in the order of their timestamps: the watermark is that of the last one.
///
/// ```
/// use beamline_sdk::{Monotonic, Timestamp, WatermarkEstimator};
///
/// let mut estimator = Monotonic::default();
/// estimator.observe(&"a", Timestamp::from_millis(5));
/// assert_eq!(WatermarkEstimator::<&str>::watermark(&estimator), Timestamp::from_millis(5));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Monotonic(Timestamp);

impl Default for Monotonic {
    fn default() -> Self {
        Self(Timestamp::MIN)
    }
}

impl<T> WatermarkEstimator<T> for Monotonic {
    #[inline]
    fn observe(&mut self, _: &T, timestamp: Timestamp) {
        self.0 = self.0.max(timestamp);
    }

    fn watermark(&self) -> Timestamp {
        self.0
    }
}

/// Elements that come at most so much later than one with a later timestamp: the watermark is that much behind the
/// latest.
///
/// ```
/// use beamline_sdk::{BoundedOutOfOrderness, Timestamp, WatermarkEstimator};
/// use std::time::Duration;
///
/// let mut estimator = BoundedOutOfOrderness::new(Duration::from_secs(5));
/// estimator.observe(&"a", Timestamp::from_millis(60_000));
/// estimator.observe(&"b", Timestamp::from_millis(57_000));
/// assert_eq!(WatermarkEstimator::<&str>::watermark(&estimator), Timestamp::from_millis(55_000));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BoundedOutOfOrderness {
    latest: Timestamp,
    bound: Duration,
}

impl BoundedOutOfOrderness {
    /// At most so much out of order, in whole milliseconds.
    pub fn new(bound: Duration) -> Self {
        Self { latest: Timestamp::MIN, bound }
    }
}

impl<T> WatermarkEstimator<T> for BoundedOutOfOrderness {
    #[inline]
    fn observe(&mut self, _: &T, timestamp: Timestamp) {
        self.latest = self.latest.max(timestamp);
    }

    fn watermark(&self) -> Timestamp {
        self.latest - self.bound
    }
}

/// A watermark that some elements tell: whenever a function finds one, it is what the function says.
///
/// ```
/// use beamline_sdk::{Punctuated, Timestamp, WatermarkEstimator};
///
/// let marks = |line: &String| line.strip_prefix("# complete until ").and_then(|time| time.parse().ok());
/// let mut estimator = Punctuated::new(marks);
/// estimator.observe(&"an ordinary line".to_owned(), Timestamp::from_millis(9));
/// assert_eq!(estimator.watermark(), Timestamp::MIN);
/// estimator.observe(&"# complete until 1970-01-01T00:00:07Z".to_owned(), Timestamp::from_millis(9));
/// assert_eq!(estimator.watermark(), Timestamp::from_millis(7_000));
/// ```
pub struct Punctuated<T, F> {
    find: F,
    watermark: Timestamp,
    _elements: PhantomData<fn(&T)>,
}

impl<T, F: Fn(&T) -> Option<Timestamp>> Punctuated<T, F> {
    /// The watermark is the latest instant that `find` has found.
    pub fn new(find: F) -> Self {
        Self { find, watermark: Timestamp::MIN, _elements: PhantomData }
    }
}

impl<T, F: Clone> Clone for Punctuated<T, F> {
    fn clone(&self) -> Self {
        Self { find: self.find.clone(), ..*self }
    }
}

impl<T: Element, F: Fn(&T) -> Option<Timestamp> + Clone + Send + Sync + 'static> WatermarkEstimator<T>
    for Punctuated<T, F>
{
    #[inline]
    fn observe(&mut self, element: &T, _: Timestamp) {
        if let Some(time) = (self.find)(element) {
            self.watermark = self.watermark.max(time);
        }
    }

    fn watermark(&self) -> Timestamp {
        self.watermark
    }
}

/// A watermark that is told by hand, whatever the elements.
///
/// ```
/// use beamline_sdk::{Manual, Timestamp, WatermarkEstimator};
///
/// let mut estimator = Manual::default();
/// estimator.advance_to(Timestamp::from_millis(7));
/// assert_eq!(WatermarkEstimator::<String>::watermark(&estimator), Timestamp::from_millis(7));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Manual(Timestamp);

impl Default for Manual {
    fn default() -> Self {
        Self(Timestamp::MIN)
    }
}

impl Manual {
    /// No further element is before `time`, unless it is late.
    pub fn advance_to(&mut self, time: Timestamp) {
        self.0 = self.0.max(time);
    }
}

impl<T> WatermarkEstimator<T> for Manual {
    fn observe(&mut self, _: &T, _: Timestamp) {}

    fn watermark(&self) -> Timestamp {
        self.0
    }
}
