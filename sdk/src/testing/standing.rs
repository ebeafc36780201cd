//! Assertions about what is left of results some of which have been taken back.

use super::panes::{timeline, timelines};
use super::{AssertThat, report};
use crate::combine::ToList;
use crate::testing::matching::matching;
use crate::window::Window;
use crate::{Change, Element, ValueInWindow};
use std::fmt::{self, Debug};
use std::sync::Arc;

/// What a collection some of whose elements are [taken back](crate::window#retractions) is expected to be in the end: in each
/// window what was shown, without what was taken back. Expectations can be chained; each is a step of its own.
///
/// Made by [`AssertThat::after_retractions`]. Where an expectation is not met, the message shows all that was seen, window
/// by window and pane by pane, with a `+` before what was shown and a `-` before what was taken back. Whatever is expected,
/// it is a failure if something is taken back that was not shown.
pub struct AssertAfterRetractions<'a, T> {
    assertion: &'a AssertThat<T>,
    window: Option<Window>,
}

/// What was seen of a collection.
type Seen<T> = ValueInWindow<Change<T>>;

impl<T: Element> AssertThat<T> {
    /// Looks at what is left in the end: the elements that have been shown and not taken back.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::{Accumulation, Trigger, Window, Windowing};
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let at = Timestamp::from_millis;
    /// let corrected = Windowing::fixed(Duration::from_secs(10))
    ///     .allowed_lateness(Duration::from_secs(60))
    ///     .trigger(Trigger::after_watermark().late(Trigger::after_count(1)), Accumulation::Retracting);
    /// let p = Pipeline::new();
    /// let numbers = TestStream::new().element(at(0), 5).advance_watermark_to(at(12_000)).element(at(1), 3);
    /// let sums = p.apply(numbers).window(corrected).combine(beamline_sdk::combine::Sum);
    /// assert_that(&sums).after_retractions().contains_in_any_order([8]);
    /// assert_that(&sums)
    ///     .after_retractions()
    ///     .in_window(Window { start: at(0), end: at(10_000) })
    ///     .contains_in_any_order([8]);
    /// ```
    pub fn after_retractions(&self) -> AssertAfterRetractions<'_, T> {
        AssertAfterRetractions { assertion: self, window: None }
    }
}

impl<T: Element + PartialEq + Debug> AssertAfterRetractions<'_, T> {
    /// Looks at one window only.
    #[must_use = "nothing is asserted yet: say what the window shall contain"]
    pub fn in_window(&self, window: Window) -> Self {
        Self { assertion: self.assertion, window: Some(window) }
    }

    /// Exactly these elements are left, in any order.
    pub fn contains_in_any_order(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        let expected: Arc<Vec<T>> = Arc::new(expected.into_iter().collect());
        self.check(move |left| {
            let left: Vec<T> = left.iter().map(|(_, value)| value.clone()).collect();
            report::same_elements(&expected, &left)
        })
    }

    /// Exactly these elements are left, each in its window.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, Timestamp, testing::assert_that};
    /// use beamline_sdk::window::{Window, Windowing};
    ///
    /// # let p = Pipeline::new();
    /// # let at = Timestamp::from_millis;
    /// # let numbers = p.create([1i64, 14]).with_timestamps(|n| Timestamp::from_millis(*n));
    /// let sums = numbers.window(Windowing::fixed(std::time::Duration::from_millis(10))).combine(beamline_sdk::combine::Sum);
    /// let tens = |n: i64| Window { start: at(10 * n), end: at(10 * n + 10) };
    /// assert_that(&sums).after_retractions().contains_in_windows([(tens(0), 1), (tens(1), 14)]);
    /// ```
    pub fn contains_in_windows(&self, expected: impl IntoIterator<Item = (Window, T)>) -> &Self {
        let expected: Arc<Vec<(Window, T)>> = Arc::new(expected.into_iter().collect());
        self.check(move |left| report::same_elements(&expected, left))
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> &Self {
        self.contains_in_any_order([])
    }

    fn check(&self, check: impl Fn(&[(Window, T)]) -> Result<(), String> + Clone + Send + 'static) -> &Self {
        let gather = |assertion: &AssertThat<T>| {
            assertion.collection.to_changelog().reify_windows().combine_whatever_the_windows(ToList)
        };
        let window = self.window;
        let check = move |all: &Vec<Seen<T>>| {
            let verdict = left_in(window, all).and_then(|left| check(&left));
            verdict.map_err(|text| in_words(window, &text, all))
        };
        self.assertion.check_with("after_retractions", gather, check);
        self
    }
}

/// What is left, of one window or of all.
fn left_in<T: Element + PartialEq + Debug>(
    window: Option<Window>,
    all: &[Seen<T>],
) -> Result<Vec<(Window, T)>, String> {
    let wanted = all.iter().filter(|seen| window.is_none_or(|window| seen.window == window));
    let (gone, shown): (Vec<_>, Vec<_>) = wanted.partition(|seen| seen.value.is_retraction());
    let rows = |seen: Vec<&Seen<T>>| -> Vec<(Window, T)> {
        seen.into_iter().map(|seen| (seen.window, seen.value.element().clone())).collect()
    };
    let (gone, shown) = (rows(gone), rows(shown));
    let matching = matching(&gone, &shown);
    let never_shown = gone.iter().zip(&matching.partners).find(|(_, partner)| partner.is_none());
    if let Some(((window, value), _)) = never_shown {
        return Err(format!("taken back in {window} without having been shown: {value:?}"));
    }
    Ok(matching.unexpected.into_iter().map(|row| shown[row].clone()).collect())
}

/// A change as it is printed in a timeline.
struct Signed<'a, T>(&'a Change<T>);

impl<T: Debug> Debug for Signed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", if self.0.is_retraction() { '-' } else { '+' }, self.0.element())
    }
}

fn signed<T>(seen: &Seen<T>) -> ValueInWindow<Signed<'_, T>> {
    let ValueInWindow { ref value, timestamp, window, pane } = *seen;
    ValueInWindow { value: Signed(value), timestamp, window, pane }
}

fn in_words<T: Debug>(window: Option<Window>, text: &str, all: &[Seen<T>]) -> String {
    let signed: Vec<_> = all.iter().map(signed).collect();
    match window {
        Some(window) => {
            let of_window: Vec<_> = signed.iter().filter(|seen| seen.window == window).collect();
            format!("after retractions, in {window}, {text}{}", timeline(&of_window, signed.len()))
        }
        None => format!("after retractions, {text}{}", timelines(&signed)),
    }
}
