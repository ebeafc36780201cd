//! A program that fails in the way it is told to: the subject of the tests of failures.

use beamline::clap::{self, Parser, ValueEnum};
use beamline::metrics::{Counter, Distribution};
use beamline::prelude::*;
use beamline::state::CombiningState;
use beamline::testing::TestStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Fails in the way it is told to.
#[derive(Parser)]
struct Args {
    /// What to do
    way: Way,
    /// How the names of the files to write begin
    #[arg(long)]
    output: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// Returns an error for an element
    Error,
    /// Panics at an element
    Panic,
    /// Panics at an element that is only shown on demand
    PanicAtList,
    /// Panics on one worker while the others are slow
    PanicBesideSlow,
    /// Takes a millisecond for each element
    Slow,
    /// Never returns from an element
    Stuck,
    /// Writes a lot
    Fill,
    /// Writes a lot, and goes on without the elements that cannot be written
    FillLeniently,
    /// Gives up while it builds
    Refuse,
    /// Builds two steps of one name
    Twins,
    /// Counts, and succeeds
    Count,
    /// Keeps state under no name of its own, and succeeds
    Unnamed,
    /// Takes a little more than a second, and succeeds
    Rest,
    /// Cannot make a side input anew, and succeeds
    Stale,
}

static EVEN: Counter = Counter::new("even");
static SIZES: Distribution = Distribution::new("sizes");

#[derive(Clone)]
struct Strict;

impl DoFn<u64> for Strict {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if n == 7 {
            return Err("no sevens, please".into());
        }
        cx.emit(n);
        Ok(())
    }
}

#[derive(StateSpec)]
struct Seen {
    largest: CombiningState<Max, u64>,
}

/// Passes on the largest number of each key.
#[derive(Clone)]
struct Largest;

impl StatefulDoFn<u64, u64> for Largest {
    type State = Seen;
    type Out = u64;

    fn process(&mut self, _: &u64, n: u64, seen: &mut Seen, _: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        seen.largest.add(n);
        Ok(())
    }

    fn on_window_expiration(&mut self, _: &u64, seen: &mut Seen, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        seen.largest.take().into_iter().for_each(|n| cx.emit(n));
        Ok(())
    }
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let numbers = p.create(0..20_000u64).named("Numbers");
    let out = match args.way {
        Way::Error => numbers.par_do(Strict).named("Strict"),
        Way::Panic => numbers.map(refuse_seven).named("Picky"),
        Way::PanicAtList => numbers.map(|n| vec![n]).map(|list| 100 / list[0].abs_diff(7)).named("Divide"),
        Way::PanicBesideSlow => numbers.map(|_| 0).named("Zeros").reshuffle().map(fail_beside_slow).named("Slow"),
        Way::Slow => numbers.inspect(|_| sleep(Duration::from_millis(1))).named("Slow"),
        Way::Stuck => numbers.inspect(|_| sleep(Duration::from_mins(10))).named("Stuck"),
        Way::Fill | Way::FillLeniently => numbers,
        Way::Refuse => return Err("the moon is in the wrong phase".into()),
        Way::Twins => numbers.map(|n| n + 1).named("Twin").map(|n| n + 1).named("Twin"),
        Way::Count => numbers.inspect(|n| count(*n)).named("Look"),
        Way::Unnamed => numbers.key_by(|n| n % 10).par_do_stateful(Largest),
        Way::Rest => p.create([1u64]).named("One").inspect(|_| sleep(Duration::from_millis(1300))).named("Rest"),
        Way::Stale => {
            look_at_stale_rate(p);
            numbers
        }
    };
    let lines = out.map(|n| format!("{n:0>1000}")).named("Format");
    if let Way::FillLeniently = args.way {
        lines.try_write(text::write(&args.output), 3).named("Save").failed.inspect(|_| ());
    } else {
        lines.write(text::write(&args.output)).named("Save");
    }
    Ok(())
}

/// A side input that is there at first, and cannot be had four times.
fn look_at_stale_rate(p: &Pipeline) {
    let calls = AtomicU64::new(0);
    let every = Duration::from_millis(100);
    let load = move || if calls.fetch_add(1, Ordering::SeqCst) == 0 { Ok(1) } else { Err("the bank is closed") };
    let rate = p.refreshing(every, load);
    let tick = |stream: TestStream<u64>, n| stream.advance_processing_time(every).element(Timestamp::MIN, n);
    let numbers = p.apply((0..4).fold(TestStream::new(), tick)).named("Ticks");
    numbers.with_side(rate).map(|n, rate| n * rate).named("Convert").for_each(|_| Ok(()));
}

fn refuse_seven(n: u64) -> u64 {
    assert!(n != 7, "no sevens, please");
    n
}

/// The first one fails, on whichever worker it comes to: a certain one might wait there behind slow ones.
fn fail_beside_slow(n: u64) -> u64 {
    static HAS_BEGUN: AtomicBool = AtomicBool::new(false);
    if !HAS_BEGUN.swap(true, Ordering::SeqCst) {
        sleep(Duration::from_millis(200));
        panic!("zero");
    }
    sleep(Duration::from_millis(5));
    n
}

fn count(n: u64) {
    SIZES.update(n as i64);
    if n.is_multiple_of(2) {
        EVEN.inc(1);
    }
}

fn main() -> ExitCode {
    launch(build)
}
