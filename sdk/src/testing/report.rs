//! What assertions check, and what they say when it does not hold.

use super::Verdict;
use super::matching::{Matching, matching};
use crate::Element;
use crate::kernel::panic_error;
use std::fmt::{Debug, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Elements shown of a collection, and of a difference.
const MOST_SHOWN: usize = 10;
/// Characters shown of an element.
const LONGEST_SHOWN: usize = 200;

pub(super) fn same_elements<T: Element + PartialEq + Debug>(expected: &[T], actual: &[T]) -> Result<(), String> {
    let matching = matching(expected, actual);
    if matching.is_complete() {
        return Ok(());
    }
    let missing: Vec<&T> =
        expected.iter().zip(&matching.partners).filter(|(_, a)| a.is_none()).map(|(e, _)| e).collect();
    let unexpected: Vec<&T> = matching.unexpected.iter().map(|a| &actual[*a]).collect();
    let mut text = "not the expected elements".to_owned();
    line(&mut text, "expected", &expected.iter().collect::<Vec<_>>());
    line(&mut text, "actual", &as_expected(&matching, actual));
    lines(&mut text, "missing", &missing);
    lines(&mut text, "unexpected", &unexpected);
    Err(text)
}

/// The actual elements in the order of the expected ones, then the others: so they can be compared by eye.
fn as_expected<'a, T>(matching: &Matching, actual: &'a [T]) -> Vec<&'a T> {
    matching.partners.iter().flatten().chain(&matching.unexpected).map(|a| &actual[*a]).collect()
}

pub(super) fn contains<T: PartialEq + Debug>(expected: &T, actual: &[T]) -> Result<(), String> {
    if actual.contains(expected) {
        return Ok(());
    }
    let mut text = "an element is missing".to_owned();
    let _ = write!(text, "\n  expected: {}", shown(expected));
    line(&mut text, "actual", &actual.iter().collect::<Vec<_>>());
    Err(text)
}

pub(super) fn no_elements<T: Debug>(actual: &[T]) -> Result<(), String> {
    if actual.is_empty() {
        return Ok(());
    }
    let mut text = "not empty".to_owned();
    text.push_str("\n  expected: no elements");
    line(&mut text, "actual", &actual.iter().collect::<Vec<_>>());
    Err(text)
}

pub(super) fn count(expected: u64, actual: u64) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    let difference = match actual.checked_sub(expected) {
        Some(more) => format!("{more} too many"),
        None => format!("{} too few", expected - actual),
    };
    Err(format!("not as many elements as expected\n  expected: {expected}\n  actual: {actual} ({difference})"))
}

pub(super) fn satisfies<T: Debug, R: Verdict>(demand: &impl Fn(&[T]) -> R, actual: &[T]) -> Result<(), String> {
    let complaint = match catch_unwind(AssertUnwindSafe(|| demand(actual).into_result())) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(payload) => panic_error(payload).to_string(),
    };
    let mut text = complaint;
    line(&mut text, "actual", &actual.iter().collect::<Vec<_>>());
    Err(text)
}

/// Some elements in one line.
fn line<T: Debug>(text: &mut String, title: &str, elements: &[&T]) {
    let mut parts: Vec<String> = elements.iter().take(MOST_SHOWN).map(shown).collect();
    if elements.len() > MOST_SHOWN {
        parts.push(format!("… {} more", elements.len() - MOST_SHOWN));
    }
    let _ = match elements.len() {
        0 => write!(text, "\n  {title}: no elements"),
        1 => write!(text, "\n  {title}: 1 element: {}", parts[0]),
        n => write!(text, "\n  {title}: {n} elements: {}", parts.join(", ")),
    };
}

/// Some elements in a line each, if there are any.
fn lines<T: Debug>(text: &mut String, title: &str, elements: &[&T]) {
    if !elements.is_empty() {
        let _ = write!(text, "\n  {title}:");
    }
    for element in elements.iter().take(MOST_SHOWN) {
        let _ = write!(text, "\n    {}", shown(element));
    }
    if elements.len() > MOST_SHOWN {
        let _ = write!(text, "\n    … {} more", elements.len() - MOST_SHOWN);
    }
}

fn shown<T: Debug>(element: &T) -> String {
    let text = format!("{element:?}");
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_differences_are_cut() {
        let expected: Vec<u32> = (0..1000).collect();
        let text = same_elements(&expected, &[5, 2000]).unwrap_err();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "  expected: 1000 elements: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 990 more");
        assert_eq!(lines[2], "  actual: 2 elements: 5, 2000");
        assert_eq!(lines[3], "  missing:");
        assert_eq!(lines[14], "    … 989 more");
        assert_eq!(lines[15..], ["  unexpected:", "    2000"]);
    }

    #[test]
    fn long_elements_are_cut() {
        let text = no_elements(&["ä".repeat(1000)]).unwrap_err();
        assert!(text.ends_with("ä…") && text.chars().count() < 300, "{text}");
    }

    #[test]
    fn counts_tell_the_difference() {
        assert_eq!(count(3, 3), Ok(()));
        assert!(count(3, 5).unwrap_err().ends_with("5 (2 too many)"));
        assert!(count(3, 1).unwrap_err().ends_with("1 (2 too few)"));
    }

    #[test]
    fn a_panic_is_a_verdict() {
        let text = satisfies(&|elements: &[u32]| assert!(elements.is_empty(), "too many"), &[1]).unwrap_err();
        assert_eq!(text, "panicked: too many\n  actual: 1 element: 1");
    }
}
