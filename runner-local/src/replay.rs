//! All workers on one thread, in an order that a seed decides: a run that can be repeated.
//!
//! What happens at the same time on threads happens here in turns: which worker goes next, which of its stages, how many
//! packets or reads it takes, and how many elements make a batch. A packet that is not taken is one that is delayed. The
//! order of everything that steps see follows from the seed.

use crate::stage::Did;
use crate::status::merge;
use crate::worker::{Worker, earlier, guarded};
use beamline_sdk::kernel::Shared;
use beamline_sdk::{Error, ErrorKind, Result, Timestamp};
use std::rc::Rc;

/// Numbers that look random, and follow from a seed (splitmix64: Steele, Lea and Flood, *Fast Splittable Pseudorandom
/// Number Generators*, 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// Small most often.
    pub(crate) fn size(&mut self) -> usize {
        [1, 2, 3, 7, 64, 1024][self.below(6)]
    }
}

/// Runs the workers to their end, and tears all of them down in any case.
pub(crate) fn run(workers: &[Rc<Worker>], dice: &mut Dice, shared: &Shared) -> Result<()> {
    let set_up = || workers.iter().try_for_each(|worker| worker.set_up());
    let result = guarded(|| set_up().and_then(|()| work(workers, dice, shared)));
    workers.iter().for_each(|worker| worker.tear_down());
    workers.iter().map(|worker| worker.let_go()).fold(result, Result::and)
}

fn work(workers: &[Rc<Worker>], dice: &mut Dice, shared: &Shared) -> Result<()> {
    while !workers.iter().all(|worker| worker.is_done()) && !shared.is_at_rest() {
        shared.check()?;
        workers.iter().try_for_each(|worker| worker.answer())?;
        let seen = workers[0].wakers.calls(0);
        match turn(workers, dice)? {
            Did::Work => {}
            did if !is_awaiting(workers) && workers[0].go_on() => {
                debug_assert!(did != Did::Work, "a script goes on when nothing else does");
            }
            did => wait(workers, did, seen)?,
        }
    }
    workers.iter().try_for_each(|worker| worker.end())
}

/// Lets the first worker do something that has anything to do, in an order that the dice decide.
fn turn(workers: &[Rc<Worker>], dice: &mut Dice) -> Result<Did> {
    let mut order: Vec<&Rc<Worker>> = workers.iter().collect();
    dice.shuffle(&mut order);
    let mut all = Did::Nothing;
    for worker in order {
        let mut stages: Vec<usize> = (0..worker.stages.len()).collect();
        dice.shuffle(&mut stages);
        match worker.turn_by(&stages, dice.size())? {
            Did::Work => return Ok(Did::Work),
            Did::Nothing => {}
            Did::Wait(time) => all = earlier(all, time),
        }
    }
    Ok(all)
}

/// Whether something will come from outside of the pipeline without anybody's doing.
fn is_awaiting(workers: &[Rc<Worker>]) -> bool {
    workers.iter().any(|worker| worker.is_awaiting())
}

/// Waits for the clock, for a source, or for what comes from outside and has not been seen yet. Where there is nothing to
/// wait for, nothing will ever happen.
fn wait(workers: &[Rc<Worker>], did: Did, seen: u64) -> Result<()> {
    let until_source = match did {
        Did::Wait(until) => until,
        _ => Timestamp::MAX,
    };
    let until = workers.iter().filter_map(|worker| worker.alarm()).fold(until_source, Timestamp::min);
    if !workers[0].have_all_heard() {
        return Ok(());
    }
    if !is_awaiting(workers) {
        if workers[0].move_on(until) {
            return Ok(());
        }
        if until == Timestamp::MAX {
            // Whoever stops the run may do so in the middle of a turn.
            let may_move = workers[0].shared.is_halting() && !workers[0].wakers.have_all_halted();
            return if may_move { Ok(()) } else { Err(nothing_moves(workers)) };
        }
    }
    workers[0].wakers.sleep(0, seen, workers[0].until(until));
    Ok(())
}

fn nothing_moves(workers: &[Rc<Worker>]) -> Error {
    let reports: Vec<_> = workers.iter().map(|worker| worker.report().unwrap_or_default()).collect();
    let status = merge(&workers[0].job, &reports, workers[0].clock.now(), &workers[0].shared);
    Error::new(ErrorKind::Internal, format!("nothing can move, and the pipeline has not ended\n{status}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_follow_from_their_seed() {
        // The first outputs of the reference generator from state 0.
        let mut dice = Dice::new(0);
        assert_eq!([dice.next(), dice.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut items: Vec<u32> = (0..50).collect();
        Dice::new(7).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
