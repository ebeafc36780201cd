//! Comparing two collections as multisets, knowing no more of elements than `==`.

use crate::{Element, coder};

/// Which elements of two collections are each other's partners.
pub(super) struct Matching {
    /// For each expected element the actual one.
    pub(super) partners: Vec<Option<usize>>,
    /// The actual elements without a partner.
    pub(super) unexpected: Vec<usize>,
}

impl Matching {
    pub(super) fn is_complete(&self) -> bool {
        self.unexpected.is_empty() && self.partners.iter().all(Option::is_some)
    }
}

/// Finds a partner for as many elements as possible.
///
/// Equal elements nearly always have equal encodings, so both sides are sorted by these. Only what finds no partner so,
/// such as a set with another order inside, is compared one by one.
pub(super) fn matching<T: Element + PartialEq>(expected: &[T], actual: &[T]) -> Matching {
    if expected == actual {
        return Matching { partners: (0..actual.len()).map(Some).collect(), unexpected: Vec::new() };
    }
    let mut partners = vec![None; expected.len()];
    let mut unexpected = Vec::new();
    let mut wanted = by_encoding(expected).into_iter().peekable();
    for (code, a) in by_encoding(actual) {
        while wanted.next_if(|(other, _)| *other < code).is_some() {}
        match wanted.next_if(|(other, e)| *other == code && expected[*e] == actual[a]) {
            Some((_, e)) => partners[e] = Some(a),
            None => unexpected.push(a),
        }
    }
    let mut matching = Matching { partners, unexpected };
    matching.compare_rest(expected, actual);
    matching
}

impl Matching {
    fn compare_rest<T: PartialEq>(&mut self, expected: &[T], actual: &[T]) {
        let partners = &mut self.partners;
        let mut missing: Vec<usize> = (0..partners.len()).filter(|e| partners[*e].is_none()).collect();
        self.unexpected.retain(|a| {
            let partner = missing.iter().position(|e| expected[*e] == actual[*a]);
            if let Some(i) = partner {
                partners[missing.swap_remove(i)] = Some(*a);
            }
            partner.is_none()
        });
    }
}

/// Elements in the order of their encodings; those that cannot be encoded are first.
fn by_encoding<T: Element>(elements: &[T]) -> Vec<(Vec<u8>, usize)> {
    let code = |(i, element)| {
        let mut bytes = Vec::new();
        match coder::encode(element, &mut bytes) {
            Ok(()) => (bytes, i),
            Err(_) => (Vec::new(), i),
        }
    };
    let mut codes: Vec<_> = elements.iter().enumerate().map(code).collect();
    codes.sort_unstable();
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// What is missing and what is unexpected.
    fn difference<T: Element + PartialEq>(expected: &[T], actual: &[T]) -> (Vec<T>, Vec<T>) {
        let Matching { partners, unexpected } = matching(expected, actual);
        let missing = expected.iter().zip(&partners).filter(|(_, partner)| partner.is_none());
        (missing.map(|(e, _)| e.clone()).collect(), unexpected.iter().map(|a| actual[*a].clone()).collect())
    }

    #[test]
    fn duplicates_count() {
        assert_eq!(difference(&[1, 1, 2], &[2, 1, 1]), (vec![], vec![]));
        assert_eq!(difference(&[1, 1, 2], &[2, 2, 1]), (vec![1], vec![2]));
        assert_eq!(difference::<u8>(&[], &[]), (vec![], vec![]));
    }

    #[test]
    fn equal_elements_may_have_different_encodings() {
        let sets = |range: std::ops::Range<u32>| range.map(|n| (n..n + 9).collect::<HashSet<_>>()).collect::<Vec<_>>();
        assert_eq!(difference(&sets(0..9), &sets(1..10)), (sets(0..1), sets(9..10)));
        assert_eq!(difference(&[0.0, 1.0], &[1.0, -0.0]), (vec![], vec![]));
    }

    #[test]
    fn equal_encodings_may_be_of_different_elements() {
        let (missing, unexpected) = difference(&[f64::NAN, 1.0], &[1.0, f64::NAN]);
        assert!(missing[0].is_nan() && unexpected[0].is_nan());
    }

    #[test]
    fn many_elements_do_not_take_long() {
        let forwards: Vec<u64> = (0..200_000).collect();
        let backwards: Vec<u64> = (0..200_000).rev().collect();
        assert!(matching(&forwards, &backwards).is_complete());
    }

    proptest! {
        #[test]
        fn agrees_with_taking_one_out_after_the_other(expected: Vec<u8>, actual: Vec<u8>) {
            let (mut missing, mut unexpected) = (expected.clone(), vec![]);
            for a in &actual {
                match missing.iter().position(|e| e == a) {
                    Some(i) => { missing.swap_remove(i); }
                    None => unexpected.push(*a),
                }
            }
            let (mut mine, mut other) = difference(&expected, &actual);
            for list in [&mut missing, &mut unexpected, &mut mine, &mut other] {
                list.sort_unstable();
            }
            prop_assert_eq!((mine, other), (missing, unexpected));
        }
    }
}
