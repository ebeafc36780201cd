//! The contestants in turn.

use std::error::Error;

use super::memory::Memory;
use super::outcome;
use super::process::{self, Run};
use crate::suites::{Contestant, Suite, Workload};

/// The counted runs of every contestant: A B C, A B C, … after a round that is not counted. What one contestant met, a busy
/// neighbour or a slow clock, its peers of the same round met too.
pub(super) fn run(
    suite: &Suite,
    workload: &Workload,
    contestants: &[Contestant],
    rounds: usize,
) -> Result<Vec<Vec<Run>>, Box<dyn Error + Send + Sync>> {
    let mut runs = vec![Vec::with_capacity(rounds); contestants.len()];
    let mut expected = None;
    let mut memory = Memory::default();
    for round in 0..=rounds {
        for (contestant, runs) in contestants.iter().zip(&mut runs) {
            memory.touch()?;
            let run = run_checked(suite, workload, contestant, &mut expected)?;
            memory.used(&run);
            let title = if round == 0 { String::from("warm-up") } else { format!("round {round} of {rounds}") };
            eprintln!("{}, {title}: {} {:.3} s", suite.name, contestant.name, run.wall.as_secs_f64());
            if round > 0 {
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

fn run_checked(
    suite: &Suite,
    workload: &Workload,
    contestant: &Contestant,
    expected: &mut Option<String>,
) -> Result<Run, Box<dyn Error + Send + Sync>> {
    workload.empty_output()?;
    let run = process::run(contestant)?;
    let found = outcome::of(&run, suite.result, workload).map_err(|error| format!("{}: {error}", contestant.name))?;
    let expected = expected.get_or_insert_with(|| found.clone());
    if *expected == found {
        return Ok(run);
    }
    Err(format!("{} disagrees: it found {found}, and those before it {expected}", contestant.name).into())
}
