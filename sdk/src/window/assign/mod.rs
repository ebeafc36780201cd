//! Window functions: which windows an element is in, and which windows become one.

#[cfg(feature = "calendar")]
pub(super) mod calendar;
mod fixed;
mod merge;
mod sessions;
mod sliding;
#[cfg(test)]
mod tests;

pub use fixed::FixedWindows;
pub use merge::{Merge, merge_overlapping};
pub use sessions::Sessions;
pub use sliding::SlidingWindows;

use super::{Window, WindowSet};
use crate::{BoxError, Error, ErrorKind, Result, Timestamp};
use std::any::Any;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;
use std::time::Duration;

/// Assigns windows to elements by their timestamps (Beam model, `WindowFn`).
///
/// [`FixedWindows`], [`SlidingWindows`], [`Sessions`] and [`GlobalWindows`] cover most needs; this is how to write
/// another one.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::{Window, WindowFn, WindowSet};
///
/// /// Windows that double in length: [1, 2), [2, 4), [4, 8) and so on, and all before in one.
/// #[derive(Debug)]
/// struct Doubling;
///
/// impl WindowFn for Doubling {
///     fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
///         let window = match time.millis() {
///             t @ 1.. => {
///                 let start = 1 << t.ilog2();
///                 Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(2 * start) }
///             }
///             _ => Window { start: Timestamp::MIN, end: Timestamp::from_millis(1) },
///         };
///         windows.push(window);
///     }
/// }
///
/// let mut windows = WindowSet::new();
/// Doubling.assign(Timestamp::from_millis(100), &mut windows);
/// assert_eq!(windows[0].max_timestamp(), Timestamp::from_millis(127));
/// ```
pub trait WindowFn: Any + Debug + Send + Sync {
    /// Appends the windows of an element. An element that gets none is in no result; a window whose end is not behind its
    /// start is an error of the run.
    fn assign(&self, time: Timestamp, windows: &mut WindowSet);

    /// Whether windows of the same key may become one, as sessions do.
    fn merges(&self) -> bool {
        false
    }

    /// Says which of the open windows of a key become one. Called with each window once, sorted by start, when one is
    /// new; asked only if the function [merges](Self::merges).
    ///
    /// By default those that overlap.
    fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        merge_overlapping(windows)
    }

    /// Whether collections of this and the `other` function can flow together.
    ///
    /// By default only if both are of the same instance. Look at the `other` by casting it: `other as &dyn Any`.
    fn is_compatible(&self, other: &dyn WindowFn) -> bool {
        let _ = other;
        false
    }

    /// The window of a side input that an element in `main` reads: by default the first of those that hold the last
    /// instant of `main` (Beam programming guide, *Side inputs and windowing*). `None` if there is no window.
    ///
    /// One that may end before `main` does needs a [look-back](Self::side_input_lookback), too.
    fn side_input_window(&self, main: Window) -> Option<Window> {
        let mut windows = WindowSet::new();
        self.assign(main.max_timestamp(), &mut windows);
        windows.iter().copied().min()
    }

    /// How long before the end of a window the one may end that [its elements read](Self::side_input_window): so long a
    /// side input that goes on is remembered. Not at all by default.
    fn side_input_lookback(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether the numbers make sense; called while the pipeline is built.
    ///
    /// # Errors
    /// Says what is wrong with them.
    fn check(&self) -> Result<(), BoxError> {
        Ok(())
    }
}

/// Puts every element into [the one window of all time](Window::GLOBAL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobalWindows;

impl WindowFn for GlobalWindows {
    fn assign(&self, _time: Timestamp, windows: &mut WindowSet) {
        windows.push(Window::GLOBAL);
    }
}

/// One of the standard window functions, or a custom one.
///
/// What runners look at: they treat the standard ones by their numbers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyWindowFn {
    /// All time is one window.
    Global(GlobalWindows),
    /// Windows of one length, side by side.
    Fixed(FixedWindows),
    /// Windows of one length that begin at regular times.
    Sliding(SlidingWindows),
    /// Windows that end when nothing happened for a while.
    Sessions(Sessions),
    /// A user's own.
    Custom(Arc<dyn WindowFn>),
}

impl AnyWindowFn {
    /// A user's own window function.
    pub fn custom(window_fn: impl WindowFn) -> Self {
        Self::Custom(Arc::new(window_fn))
    }

    fn as_dyn(&self) -> &dyn WindowFn {
        match self {
            Self::Global(f) => f,
            Self::Fixed(f) => f,
            Self::Sliding(f) => f,
            Self::Sessions(f) => f,
            Self::Custom(f) => &**f,
        }
    }

    /// Appends the windows of an element.
    #[inline]
    pub fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        match self {
            Self::Global(f) => f.assign(time, windows),
            Self::Fixed(f) => f.assign(time, windows),
            _ => self.as_dyn().assign(time, windows),
        }
    }

    /// Whether windows of the same key may become one.
    pub fn merges(&self) -> bool {
        self.as_dyn().merges()
    }

    /// Says which of these windows of a key, sorted by start, become one.
    pub fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        self.as_dyn().merge(windows)
    }

    /// Whether it is [`GlobalWindows`].
    pub fn is_global(&self) -> bool {
        matches!(self, Self::Global(_))
    }

    /// Whether collections of this and the `other` function can flow together: the same kind with the same numbers, and
    /// any two kinds of sessions, whose windows are assigned already.
    pub fn is_compatible(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Global(_), Self::Global(_)) | (Self::Sessions(_), Self::Sessions(_)) => true,
            (Self::Fixed(a), Self::Fixed(b)) => a == b,
            (Self::Sliding(a), Self::Sliding(b)) => a == b,
            (Self::Custom(a), Self::Custom(b)) => Arc::ptr_eq(a, b) || a.is_compatible(&**b),
            _ => false,
        }
    }

    /// The window of a side input with this function that an element in `main` reads; `None` if there is none.
    ///
    /// ```
    /// use beamline_sdk::Timestamp;
    /// use beamline_sdk::window::{AnyWindowFn, FixedWindows, Window};
    /// use std::time::Duration;
    ///
    /// let window = |start, end| Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) };
    /// let side = AnyWindowFn::from(FixedWindows::new(Duration::from_secs(10)));
    /// assert_eq!(side.side_input_window(window(5_000, 16_000))?, Some(window(10_000, 20_000)));
    /// # Ok::<(), beamline_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// When windows of this function are not known from a time alone, as those of sessions, and when `main` is the
    /// global window, which ends with no window of a function that divides time.
    pub fn side_input_window(&self, main: Window) -> Result<Option<Window>> {
        if self.is_global() {
            return Ok(Some(Window::GLOBAL));
        }
        if self.merges() {
            let help = "give the side input fixed or sliding windows, or the global window";
            let message = format!("a side input cannot be in {self}: nobody can tell which one an element would read");
            return Err(Error::new(ErrorKind::Graph, message).help(help));
        }
        if main == Window::GLOBAL {
            let help = "window the main input as well, or put the side input into the global window";
            let message = format!("elements in the global window cannot read a side input in {self}");
            return Err(Error::new(ErrorKind::Graph, message).help(help));
        }
        Ok(self.as_dyn().side_input_window(main))
    }

    /// How long before the end of a window the one may end that its elements read.
    pub(crate) fn side_input_lookback(&self) -> Duration {
        self.as_dyn().side_input_lookback()
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// Names the number that does not.
    pub fn check(&self) -> Result<()> {
        self.as_dyn().check().map_err(|error| {
            let help = "lengths of windows are whole milliseconds, at least one";
            Error::new(ErrorKind::Graph, format!("{self} cannot be: {error}")).help(help)
        })
    }
}

impl Display for AnyWindowFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global(_) => f.write_str("the global window"),
            Self::Fixed(windows) => Display::fmt(windows, f),
            Self::Sliding(windows) => Display::fmt(windows, f),
            Self::Sessions(windows) => Display::fmt(windows, f),
            Self::Custom(windows) => write!(f, "windows of {windows:?}"),
        }
    }
}

macro_rules! standard {
    ($($variant:ident: $type:ty),+) => {$(
        impl From<$type> for AnyWindowFn {
            fn from(window_fn: $type) -> Self {
                Self::$variant(window_fn)
            }
        }
    )+};
}

standard!(Global: GlobalWindows, Fixed: FixedWindows, Sliding: SlidingWindows, Sessions: Sessions);

/// A length in milliseconds, at most that of all time; one that milliseconds cannot express is in nanoseconds, as a
/// negative number.
fn whole_millis(length: Duration) -> i64 {
    const ALL_TIME: i64 = Timestamp::MAX.millis() - Timestamp::MIN.millis();
    let millis = i64::try_from(length.as_millis()).unwrap_or(ALL_TIME).min(ALL_TIME);
    if millis == ALL_TIME || length.subsec_nanos().is_multiple_of(1_000_000) {
        return millis;
    }
    i64::try_from(length.as_nanos()).map_or(-i64::MAX, |nanos| -nanos)
}

fn check_length(what: &str, millis: i64, least: i64) -> Result<(), BoxError> {
    match millis {
        ..0 => Err(format!("the {what} is no whole number of milliseconds").into()),
        n if n < least => Err(format!("the {what} is zero").into()),
        _ => Ok(()),
    }
}

/// The time of an element as far as windows are concerned: the day behind the global window belongs to its last instant.
fn time_for_windows(time: Timestamp) -> i64 {
    time.min(Timestamp::END_OF_GLOBAL_WINDOW).millis()
}

/// The last multiple of `period`, counted from `offset`, that is not after `time`.
fn floor(time: i64, period: i64, offset: i64) -> i64 {
    time - (time - offset).rem_euclid(period)
}

/// The window between two instants, cut at the ends of time: there, windows are shorter.
fn window(start: i64, end: i64) -> Window {
    let end = end.min(Timestamp::END_OF_GLOBAL_WINDOW.millis() + 1);
    Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) }
}

/// Prints a length for people, also one of [`whole_millis`] that is none.
fn length(millis: i64) -> impl Display {
    let whole = u64::try_from(millis).map(Duration::from_millis);
    format!("{:?}", whole.unwrap_or_else(|_| Duration::from_nanos(millis.unsigned_abs())))
}
