//! The last in event time.

use super::{CombineFn, adapt::adaptors, no_values};
use crate::{Element, Timestamp};

/// The value with the latest timestamp, of pairs of a timestamp and a value.
///
/// Of several values with the latest timestamp, one of them. Of no inputs there is none: panics, unless told otherwise
/// by `or_none` or `or` (see the [module](super#no-inputs)). Memory: one timestamp and one value.
///
/// ```
/// use beamline_sdk::{Timestamp, combine::{Latest, apply}};
///
/// let at = Timestamp::from_millis;
/// assert_eq!(apply(&Latest, [(at(20), 'b'), (at(30), 'c'), (at(10), 'a')]), 'c');
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Latest;

adaptors!(of: [] Latest);
adaptors!(or: [] Latest);

impl<T: Element> CombineFn<(Timestamp, T)> for Latest {
    type Acc = Option<(Timestamp, T)>;
    type Out = T;

    #[inline]
    fn create(&self) -> Self::Acc {
        None
    }

    #[inline]
    fn add(&self, acc: &mut Self::Acc, input: (Timestamp, T)) {
        if is_news(acc.as_ref(), input.0) {
            *acc = Some(input);
        }
    }

    #[inline]
    fn add_ref(&self, acc: &mut Self::Acc, input: &(Timestamp, T)) {
        if is_news(acc.as_ref(), input.0) {
            *acc = Some(input.clone());
        }
    }

    #[inline]
    fn merge(&self, acc: &mut Self::Acc, other: Self::Acc) {
        if let Some(other) = other {
            self.add(acc, other);
        }
    }

    #[inline]
    fn extract(&self, acc: Self::Acc) -> T {
        acc.map_or_else(|| no_values("Latest"), |(_, value)| value)
    }

    fn has_default(&self) -> bool {
        false
    }
}

/// Of equal timestamps the one that arrives later wins: within one accumulator, a correction replaces what it corrects.
#[inline]
fn is_news<T>(latest: Option<&(Timestamp, T)>, at: Timestamp) -> bool {
    latest.is_none_or(|(latest, _)| at >= *latest)
}
