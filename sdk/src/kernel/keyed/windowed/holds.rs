//! What keys hold back, in the order of time.

use super::timers::span;
use crate::Timestamp;
use std::collections::BTreeMap;

/// The instants beyond which the output watermark must not go, counted.
///
/// As of [timers](super::Timers), only the earliest are in order. Of later ones it is written down that they were set
/// and released, and the account is made when their time comes.
#[derive(Default)]
pub(crate) struct Holds {
    /// Those up to a span of time. There are some if there are any.
    near: BTreeMap<Timestamp, i64>,
    until: i64,
    /// Those of later spans, none of which is empty.
    far: BTreeMap<i64, Account>,
}

/// Holds of a span of time.
#[derive(Default)]
struct Account {
    holds: usize,
    /// How many holds of an instant were set, less those released.
    changes: Vec<(Timestamp, i64)>,
}

impl Account {
    /// Adds up the changes of each instant.
    fn settle(&mut self) {
        self.changes.sort_unstable_by_key(|(at, _)| *at);
        self.changes.dedup_by(|(at, more), (kept, count)| {
            let is_same = at == kept;
            *count += if is_same { *more } else { 0 };
            is_same
        });
        self.changes.retain(|(_, count)| *count != 0);
    }
}

impl Holds {
    /// A hold is moved, set or released.
    pub(crate) fn change(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        if let Some(to) = to {
            self.set(to);
        }
        if let Some(from) = from {
            self.release(from);
        }
    }

    fn set(&mut self, at: Timestamp) {
        if self.near.is_empty() {
            self.until = span(at);
        }
        if span(at) <= self.until {
            *self.near.entry(at).or_default() += 1;
        } else {
            let account = self.far.entry(span(at)).or_default();
            account.holds += 1;
            account.changes.push((at, 1));
        }
    }

    fn release(&mut self, at: Timestamp) {
        if span(at) > self.until {
            return self.release_far(at);
        }
        let count = self.near.get_mut(&at).expect("a hold is released after it was set");
        *count -= 1;
        if *count == 0 {
            self.near.remove(&at);
        }
        if self.near.is_empty()
            && let Some((span, mut account)) = self.far.pop_first()
        {
            account.settle();
            (self.until, self.near) = (span, account.changes.into_iter().collect());
        }
    }

    fn release_far(&mut self, at: Timestamp) {
        let account = self.far.get_mut(&span(at)).expect("a hold is released after it was set");
        account.holds -= 1;
        account.changes.push((at, -1));
        if account.holds == 0 {
            self.far.remove(&span(at));
        } else if account.changes.len() > 2 * account.holds + 64 {
            account.settle();
        }
    }

    /// How far the output watermark may go.
    pub(crate) fn limit(&self) -> Timestamp {
        self.near.first_key_value().map_or(Timestamp::MAX, |(first, _)| *first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_least_is_known(
            moves in prop::collection::vec((any::<prop::sample::Index>(), 0u8..3, 0i64..60_000), 0..400),
            spread in 1i64..60_000,
        ) {
            let (mut holds, mut model) = (Holds::default(), Vec::<Timestamp>::new());
            for (which, kind, at) in moves {
                let to = (kind > 0).then(|| Timestamp::from_millis(at % spread));
                let from = (kind < 2 && !model.is_empty()).then(|| model.swap_remove(which.index(model.len())));
                model.extend(to);
                holds.change(from, to);
                prop_assert_eq!(holds.limit(), model.iter().copied().min().unwrap_or(Timestamp::MAX));
            }
            for at in model {
                holds.change(Some(at), None);
            }
            prop_assert!(holds.near.is_empty() && holds.far.is_empty());
        }
    }
}
