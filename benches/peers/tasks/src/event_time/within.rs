//! What users do soon after they have been shown something.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::offers::{Offer, WITHIN};

use super::EventTime;

/// An element of either stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Either {
    /// What is shown.
    Shown(Offer),
    /// What is done.
    Done(Offer),
}

impl Either {
    /// The element, of whichever stream.
    pub const fn offer(&self) -> &Offer {
        match self {
            Self::Shown(offer) | Self::Done(offer) => offer,
        }
    }
}

/// What is shown with what the same user does within ten minutes.
#[derive(Clone, Debug, Default)]
pub struct Within {
    users: HashMap<u64, User, FixedState>,
    watermark: Option<i64>,
    found: Vec<(Offer, Offer)>,
}

/// What partners may still come for.
#[derive(Clone, Debug, Default)]
struct User {
    shown: Vec<Offer>,
    done: Vec<Offer>,
}

impl User {
    /// Forgets what no partner can come for any more.
    fn forget(&mut self, watermark: i64) {
        self.shown.retain(|shown| shown.millis.saturating_add(WITHIN) >= watermark);
        self.done.retain(|done| done.millis >= watermark);
    }
}

fn are_partners(shown: &Offer, done: &Offer) -> bool {
    (shown.millis..=shown.millis + WITHIN).contains(&done.millis)
}

impl EventTime for Within {
    type In = Either;
    /// What is shown, and what is done.
    type Out = (Offer, Offer);

    fn add(&mut self, element: Either) {
        let user = self.users.entry(element.offer().user).or_default();
        if let Some(watermark) = self.watermark {
            user.forget(watermark);
        }
        match element {
            Either::Shown(shown) => {
                user.shown.push(shown);
                let partners = user.done.iter().filter(|done| are_partners(&shown, done));
                self.found.extend(partners.map(|done| (shown, *done)));
            }
            Either::Done(done) => {
                user.done.push(done);
                let partners = user.shown.iter().filter(|shown| are_partners(shown, &done));
                self.found.extend(partners.map(|shown| (*shown, done)));
            }
        }
    }

    fn advance(&mut self, watermark: i64, emit: impl FnMut((Offer, Offer))) -> bool {
        self.watermark = Some(watermark);
        self.found.drain(..).for_each(emit);
        false
    }
}

#[cfg(test)]
mod tests {
    use beamline_bench_data::offers::{DISORDER, Side, latest, offer};

    use super::*;

    #[test]
    fn pairs_are_those_of_two_loops() {
        let (users, count) = (30, 3_000);
        let (mut within, mut found) = (Within::default(), Vec::new());
        for index in 0..count {
            within.add(Either::Shown(offer(Side::Shown, users, index)));
            within.add(Either::Done(offer(Side::Done, users, index)));
            within.advance(latest(users, index) - DISORDER, |pair| found.push(pair));
        }
        let all = |side| (0..count).map(move |index| offer(side, users, index));
        let mut expected: Vec<_> = all(Side::Shown)
            .flat_map(|shown| {
                all(Side::Done)
                    .filter(move |done| done.user == shown.user && are_partners(&shown, done))
                    .map(move |done| (shown, done))
            })
            .collect();
        assert!(expected.len() > 1_000);
        let order = |(shown, done): &(Offer, Offer)| (shown.user, shown.millis, shown.what, done.millis, done.what);
        expected.sort_unstable_by_key(order);
        found.sort_unstable_by_key(order);
        assert_eq!(found, expected);
    }
}
