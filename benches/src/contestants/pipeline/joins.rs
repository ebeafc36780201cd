//! Joins.

use std::time::Duration;

use ::beamline::Within;
use ::beamline::prelude::*;

use super::live::{Live, OneSide};
use super::run::{Options, run};
use crate::contestants::joins::{Offers, group};
use beamline_bench_data::facts::Facts;
use beamline_bench_data::offers::{Offer, Side, WITHIN, digest, offer};

/// Every offer with everything that its user does in the ten minutes after it, of collections with an end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn within_ten_minutes(offers: Offers, options: Options) -> Result<u64, BoxError> {
    let Offers { users, count } = offers;
    let side = move |p: &Pipeline, side| p.sequence(0..count).map(move |index| offer(side, users, index));
    run(options, |p| join(&side(p, Side::Shown), &side(p, Side::Done)))
}

/// The same while they come.
///
/// # Errors
///
/// Those of the pipeline.
pub fn within_ten_minutes_while_they_come(offers: Offers, options: Options) -> Result<u64, BoxError> {
    let side = |p: &Pipeline, side| p.read(Live(OneSide { offers, side }));
    run(options, |p| join(&side(p, Side::Shown), &side(p, Side::Done)))
}

fn join(shown: &PCollection<Offer>, done: &PCollection<Offer>) -> PCollection<u64> {
    let within = Within::after(Duration::from_millis(WITHIN as u64));
    by_user(shown).interval_join(&by_user(done), within).map(|(user, (shown, done))| digest(user, shown, done))
}

fn by_user(offers: &PCollection<Offer>) -> PCollection<(u64, u64)> {
    let timed = offers.with_timestamps(|offer| Timestamp::from_millis(offer.millis));
    timed.map(|offer| (offer.user, offer.what))
}

/// All values of each key beside its row.
///
/// # Errors
///
/// Those of the pipeline.
pub fn co_group(facts: Facts, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let pairs = p.sequence(0..facts.pairs).map(move |index| facts.pair(index));
        let rows = p.sequence(0..facts.keys).map(Facts::row);
        pairs.co_group(&rows).map(|(key, (values, limits))| group(key, || values.iter(), limits.iter()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::joins;

    #[test]
    fn pipelines_agree_with_loops() {
        let options = Options::threads(2);
        let facts = Facts { keys: 500, pairs: 10_000 };
        assert_eq!(co_group(facts, options).unwrap(), joins::probe(facts));
        let offers = Offers { users: 100, count: 10_000 };
        let expected = joins::within_ten_minutes(offers);
        assert_eq!(within_ten_minutes(offers, options).unwrap(), expected);
        assert_eq!(within_ten_minutes_while_they_come(offers, options).unwrap(), expected);
    }
}
