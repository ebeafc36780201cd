//! When nobody waits for a split.

use super::{PAUSE, Scripted, Step, at, open, poll};
use crate::{Next, Reader, Source};
use std::time::Duration;

#[test]
fn a_split_is_idle_when_it_has_been_silent_for_long_enough() {
    let steps = vec![Step::Read(vec![1]), Step::Nothing, Step::Nothing, Step::Nothing, Step::Read(vec![2])];
    let reader = &mut open(&Scripted::endless(vec![steps]).idle_after(Duration::from_millis(50)))[0];
    poll(reader, at(0));
    assert!(!reader.is_idle());
    assert_eq!(poll(reader, at(10)).1, Next::WakeAt(at(60)), "it is polled when it may be idle");
    poll(reader, at(59));
    assert!(!reader.is_idle() && reader.is_caught_up());
    assert_eq!(poll(reader, at(60)).1, Next::WakeAt(at(60) + PAUSE));
    assert!(reader.is_idle());
    poll(reader, at(61));
    assert!(!reader.is_idle());
}

/// The worker did something else for an hour, or the reader does not know whether anything is there.
#[test]
fn time_alone_makes_no_split_idle() {
    let steps = vec![Step::Read(vec![1]), Step::Busy, Step::Nothing];
    let reader = &mut open(&Scripted::endless(vec![steps]).idle_after(Duration::from_millis(50)))[0];
    poll(reader, at(0));
    poll(reader, at(3_600_000));
    assert!(!reader.is_idle());
    poll(reader, at(7_200_000));
    assert!(!reader.is_idle(), "it has only just been found to be empty");
}
