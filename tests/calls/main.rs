//! Calls to services: every option, in every order, and what they do to time.

mod caching;
mod failing;
mod limits;
mod ordering;
mod stopping;
mod time;

#[path = "../support/mod.rs"]
mod support;

use beamline::Timestamp;
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// That there are so many.
fn are<T>(number: usize) -> impl Fn(&[T]) -> Result<(), String> + Clone + Send {
    move |all| if all.len() == number { Ok(()) } else { Err(format!("{} and not {number}", all.len())) }
}
