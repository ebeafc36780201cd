//! The leaderboard of a game, as it changes: early results, results on time, and corrections.
//!
//! Points come in while the game is played. The board shows what each team has in the hour so far, five minutes after
//! something new; the result, when the hour is complete; and the corrected result, when somebody's telephone has been
//! without a network. Beside that it shows what each player has in all, ten minutes after something new, and when the
//! game is over. These totals are kept in an [`UpsertTable`], which a page of a website could read while the game goes on;
//! here it is read in the end.
//!
//! ```text
//! $ cargo run --release --example leaderboard
//! 12:05 team red has 5 in the hour from 12:00 (early)
//! 12:10 player ann has 5
//! 12:25 team blue has 8 in the hour from 12:00 (early)
//! 12:30 player bob has 8
//! 12:45 team red has 12 in the hour from 12:00 (early)
//! 12:50 player ann has 8
//! 12:50 player cleo has 4
//! 13:00 team blue has 8 in the hour from 12:00 (on time)
//! 13:00 team red has 12 in the hour from 12:00 (on time)
//! 13:20 team blue has 6 in the hour from 13:00 (early)
//! 13:25 player bob has 14
//! 13:40 player cleo has 14
//! 13:40 team red has 22 in the hour from 12:00 (late)
//! 14:00 team blue has 6 in the hour from 13:00 (on time)
//! 14:05 player ann has 8
//! 14:05 player bob has 14
//! 14:05 player cleo has 14
//! in all: ann 8, bob 14, cleo 14
//! ```
//!
//! The game is a [`TestStream`]: what happens in it is written down, the clock included.

use beamline::UpsertTable;
use beamline::prelude::*;
use beamline::testing::{ManualClock, TestStream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When the game begins: 2015-11-16, 12:00.
const NOON: Timestamp = Timestamp::from_millis(1_447_675_200_000);

/// When points came in and when they were made, in minutes after noon; the player, the team, and how many. Cleo had no
/// network from 12:50 to 13:30.
const SCORES: [(u64, u64, &str, &str, u64); 6] = [
    (0, 0, "ann", "red", 5),
    (20, 18, "bob", "blue", 8),
    (40, 36, "ann", "red", 3),
    (40, 38, "cleo", "red", 4),
    (75, 72, "bob", "blue", 6),
    (90, 55, "cleo", "red", 10),
];

#[derive(Clone, Serialize, Deserialize)]
struct Score {
    player: String,
    team: String,
    points: u64,
}

/// Two hours, in steps of five minutes. The watermark follows the clock, as if everybody had a network.
fn game() -> TestStream<Score> {
    (0..=120).step_by(5).fold(TestStream::new(), |game, minute| {
        let come_in = SCORES.iter().filter(|(comes_in, ..)| *comes_in == minute);
        game.elements(come_in.map(|(_, made, player, team, points)| {
            let score = Score { player: (*player).to_owned(), team: (*team).to_owned(), points: *points };
            (NOON + Duration::from_mins(*made), score)
        }))
        .advance_watermark_to(NOON + Duration::from_mins(minute))
        .advance_processing_time(Duration::from_mins(5))
    })
}

/// What each team has in each hour: five minutes after something new until the hour is complete, then with corrections.
fn teams(points: &PCollection<Score>) -> PCollection<(String, u64)> {
    let trigger = Trigger::after_watermark()
        .early(Trigger::after_processing_time(Duration::from_mins(5)))
        .late(Trigger::after_processing_time(Duration::from_mins(10)));
    let hours = Windowing::fixed(Duration::from_hours(1))
        .allowed_lateness(Duration::from_hours(2))
        .trigger(trigger, Accumulation::Accumulating);
    points.map(|p| (p.team, p.points)).window(hours).combine_per_key(Sum).named("Teams")
}

/// What each player has in all: ten minutes after something new.
fn players(points: &PCollection<Score>) -> PCollection<(String, u64)> {
    let trigger = Trigger::repeatedly(Trigger::after_processing_time(Duration::from_mins(10)));
    let all_the_time = Windowing::global().trigger(trigger, Accumulation::Accumulating);
    points.map(|p| (p.player, p.points)).window(all_the_time).combine_per_key(Sum).named("Players")
}

/// What the board has shown, and when; and what each player has.
#[derive(Clone, Default)]
struct Board {
    clock: Arc<ManualClock>,
    totals: UpsertTable<String, u64>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Board {
    fn show(&self, line: &str) {
        let line = format!("{} {line}", time_of_day(self.clock.now()));
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// The lines in the order of time, and those of the same time in the order of the alphabet.
    fn print(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.sort();
        lines.iter().for_each(|line| println!("{line}"));
        let totals: BTreeMap<_, _> = self.totals.snapshot().into_iter().collect();
        let totals: Vec<_> = totals.iter().map(|(player, points)| format!("{player} {points}")).collect();
        println!("in all: {}", totals.join(", "));
    }
}

/// `12:05` of a time.
fn time_of_day(time: Timestamp) -> String {
    time.to_string()[11..16].to_owned()
}

fn build(p: &Pipeline, board: &Board) {
    let points = p.apply(game());
    let (shown, other) = (board.clone(), board.clone());
    teams(&points).reify_windows().inspect(move |seen| {
        let ((team, points), hour) = (&seen.value, time_of_day(seen.window.start));
        shown.show(&format!("team {team} has {points} in the hour from {hour} ({})", seen.pane.timing));
    });
    let players = players(&points);
    players.write_upserts(board.totals.clone()).named("Totals");
    players.inspect(move |(player, points)| other.show(&format!("player {player} has {points}")));
}

fn main() -> Result<(), beamline::Error> {
    let board = Board::default();
    board.clock.advance(Duration::from_millis(NOON.millis() as u64));
    let p = Pipeline::new();
    build(&p, &board);
    p.run_with(&LocalRunner::new().manual_clock(board.clock.clone()))?;
    board.print();
    Ok(())
}
