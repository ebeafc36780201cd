//! The figures of a suite.

use serde::{Deserialize, Serialize};

use super::machine::{self, Machine};
use super::process::Run;
use super::programs;
use super::selection::Chosen;
use super::stats::Spread;
use crate::suites::{Contestant, Suite, Workload};

/// Runs of one contestant farther apart than this share of their median make a noisy machine.
const NOISE: f64 = 0.15;

/// All that is known of a suite after its rounds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    /// The name of the suite.
    pub(super) suite: String,
    /// What is done.
    pub(super) about: String,
    /// Where it was done.
    pub(super) machine: Machine,
    /// The day, by universal time.
    pub(super) date: String,
    /// What was typed.
    pub(super) command: String,
    /// How busy the machine was before.
    pub(super) load_before: String,
    /// And after.
    pub(super) load_after: String,
    /// How many rounds counted.
    pub(super) rounds: usize,
    /// What throughput is counted in.
    pub(super) unit: String,
    /// How many of it there were.
    pub(super) amount: f64,
    /// The contestant that the others are compared with.
    pub(super) reference: String,
    /// The contestants whose own runs were too far apart to trust them.
    pub(super) noisy: Vec<String>,
    /// The contestants that did not run, and why.
    pub(super) absent: Vec<String>,
    /// The contestants.
    pub(super) contestants: Vec<Row>,
}

/// What is known of one contestant.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// The version of the system that it is written in, if it is not of this workspace.
    pub(super) version: Option<String>,
    /// Its arguments.
    arguments: Vec<String>,
    /// The seconds of every round.
    pub(super) wall_seconds_by_round: Vec<f64>,
    /// The seconds.
    pub(super) wall_seconds: Spread,
    /// The seconds of processor time.
    pub(super) cpu_seconds: Spread,
    /// The most memory resident, in 10⁶ bytes.
    pub(super) peak_megabytes: Spread,
    /// How much per second, by the median.
    pub(super) throughput: f64,
    /// The time as a multiple of the reference's time of the same round.
    pub(super) ratio: Spread,
}

impl Report {
    /// The report over `runs`, a list for every contestant.
    pub(super) fn new(
        suite: &Suite,
        workload: &Workload,
        chosen: &Chosen,
        runs: &[Vec<Run>],
        load_before: String,
    ) -> Self {
        let (unit, amount) = workload.size.amount();
        let Chosen { contestants, reference, absent } = chosen;
        let rows: Vec<Row> =
            contestants.iter().zip(runs).map(|(who, own)| Row::new(who, own, &runs[*reference], amount)).collect();
        Self {
            suite: suite.name.to_owned(),
            about: suite.about.to_owned(),
            machine: Machine::this(),
            date: machine::date(),
            command: machine::command(),
            load_before,
            load_after: machine::load(),
            rounds: runs[*reference].len(),
            unit: unit.to_owned(),
            amount,
            reference: contestants[*reference].name.to_owned(),
            noisy: rows.iter().filter(|row| row.wall_seconds.width() > NOISE).map(|row| row.name.clone()).collect(),
            absent: absent.clone(),
            contestants: rows,
        }
    }
}

impl Row {
    fn new(contestant: &Contestant, runs: &[Run], reference: &[Run], amount: f64) -> Self {
        let wall = seconds(runs);
        let ratios: Vec<f64> = wall.iter().zip(seconds(reference)).map(|(own, reference)| own / reference).collect();
        let cpu: Vec<f64> = runs.iter().map(|run| run.cpu.as_secs_f64()).collect();
        let peak: Vec<f64> = runs.iter().map(|run| run.peak as f64 / 1e6).collect();
        Self {
            name: contestant.name.to_owned(),
            version: programs::version(contestant.program),
            arguments: contestant.arguments.clone(),
            wall_seconds: Spread::of(&wall),
            cpu_seconds: Spread::of(&cpu),
            peak_megabytes: Spread::of(&peak),
            throughput: amount / Spread::of(&wall).median,
            ratio: Spread::of(&ratios),
            wall_seconds_by_round: wall,
        }
    }
}

fn seconds(runs: &[Run]) -> Vec<f64> {
    runs.iter().map(|run| run.wall.as_secs_f64()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::suites::{Size, find};

    fn runs(walls: &[u64]) -> Vec<Run> {
        let run = |wall: &u64| Run {
            wall: Duration::from_millis(*wall),
            cpu: Duration::from_millis(2 * wall),
            peak: 50_000_000,
            stdout: String::new(),
        };
        walls.iter().map(run).collect()
    }

    pub(in crate::harness) fn example() -> Report {
        let suite = find("wordcount").unwrap();
        let workload = Workload { folder: PathBuf::from("data"), size: Size::words(500) };
        let contestants = (suite.contestants)(&workload)[..2].to_vec();
        let chosen = Chosen { contestants, reference: 0, absent: Vec::new() };
        let runs = [runs(&[2000, 2100, 4000]), runs(&[4000, 4100, 4040])];
        Report::new(suite, &workload, &chosen, &runs, String::from("0.10"))
    }

    /// Somebody with these seconds, beside a reference that takes two, two and four.
    pub(in crate::harness) fn row(name: &str, version: Option<&str>, seconds: &[f64]) -> Row {
        let ratios: Vec<f64> = seconds.iter().zip([2.0, 2.0, 4.0]).map(|(own, reference)| own / reference).collect();
        Row {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            arguments: Vec::new(),
            wall_seconds_by_round: seconds.to_vec(),
            wall_seconds: Spread::of(seconds),
            cpu_seconds: Spread::of(seconds),
            peak_megabytes: Spread::of(&[50.0]),
            throughput: 1.0,
            ratio: Spread::of(&ratios),
        }
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let report = example();
        let ratio = report.contestants[1].ratio;
        assert!((ratio.median - 4.1 / 2.1).abs() < 1e-9, "{ratio:?}");
        assert!((ratio.min - 1.01).abs() < 1e-9 && (ratio.max - 2.0).abs() < 1e-9, "{ratio:?}");
        assert_eq!(report.contestants[0].ratio, Spread { median: 1.0, min: 1.0, max: 1.0 });
    }

    #[test]
    fn runs_far_apart_are_noise() {
        assert_eq!(example().noisy, ["handwritten"]);
    }

    #[test]
    fn throughput_is_of_the_median() {
        assert!((example().contestants[0].throughput - 500.0 / 2.1).abs() < 1e-9);
    }
}
