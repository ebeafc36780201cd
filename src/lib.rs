//! beamline: the Rust SDK and engine for the [Apache Beam](https://beam.apache.org) programming model.
//!
//! A program describes collections of elements and the transforms between them; the engine runs it on all cores, spills
//! to disk what memory cannot hold, and makes what it writes visible when all of it has succeeded. Elements are plain
//! Rust values that implement serde's traits: they stay typed between steps, and what does not fit together does not
//! compile.
//!
//! Today a pipeline runs on the threads of one process. Runs across several processes are not there yet.
//!
//! # Word count
//!
//! ```no_run
//! use beamline::clap::{self, Parser};
//! use beamline::prelude::*;
//! use std::process::ExitCode;
//!
//! /// Counts words.
//! #[derive(Parser)]
//! struct Args {
//!     /// Files to read, such as 'in/*.txt'
//!     #[arg(long)]
//!     input: String,
//!     /// How the names of the files to write begin
//!     #[arg(long)]
//!     output: String,
//! }
//!
//! fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
//!     p.read(text::read(&args.input))
//!         .flat_map_with(|line, out| {
//!             for word in line.split_whitespace() {
//!                 out.emit(word.to_lowercase());
//!             }
//!         })
//!         .named("Words")
//!         .count_per_element()
//!         .map(|(word, count)| format!("{word}: {count}"))
//!         .write(text::write(&args.output));
//!     Ok(())
//! }
//!
//! fn main() -> ExitCode {
//!     launch(build)
//! }
//! ```
//!
//! # Sessions with late data
//!
//! The visits of each user: clicks that are less than 30 minutes apart. A visit shows how many clicks it has while it goes
//! on, when it is over, and again with each click that comes up to an hour late. What comes later still is a collection
//! of its own. [`TestStream`](testing::TestStream) says when things happen:
//!
//! ```
//! use beamline::prelude::*;
//! use beamline::testing::{TestPipeline, TestStream, assert_that};
//! use beamline::window::Window;
//! use beamline::WithLateData;
//! use std::time::Duration;
//!
//! const MINUTE: Duration = Duration::from_secs(60);
//!
//! fn visits(clicks: &PCollection<(String, String)>) -> WithLateData<(String, u64), PCollection<(String, String)>> {
//!     let speculative = Trigger::after_processing_time(MINUTE);
//!     let trigger = Trigger::after_watermark().early(speculative).late(Trigger::after_count(1));
//!     clicks
//!         .window(
//!             Windowing::sessions(30 * MINUTE)
//!                 .allowed_lateness(60 * MINUTE)
//!                 .trigger(trigger, Accumulation::Accumulating),
//!         )
//!         .keeping_late_data()
//!         .count_per_key()
//! }
//!
//! let at = |minute: i64| Timestamp::from_millis(minute * 60_000);
//! let click = |page: &str| ("ann".to_owned(), page.to_owned());
//! let p = TestPipeline::new();
//! let clicks = p.apply(
//!     TestStream::new()
//!         .elements([(at(0), click("home")), (at(10), click("search"))])
//!         .advance_processing_time(2 * MINUTE)
//!         .advance_watermark_to(at(90))
//!         .element(at(20), click("buy"))
//!         .advance_watermark_to(at(500))
//!         .element(at(30), click("forgotten by a telephone in a tunnel")),
//! );
//! let visits = visits(&clicks);
//! let count = |n| ("ann".to_owned(), n);
//! let until = |minute| Window { start: at(0), end: at(minute) };
//! assert_that(&visits.results).in_window(until(40)).early_pane([count(2)]).on_time_pane([count(2)]);
//! assert_that(&visits.results).in_window(until(50)).late_pane([count(3)]);
//! assert_that(&visits.late).contains_in_any_order([click("forgotten by a telephone in a tunnel")]);
//! p.run();
//! ```
//!
//! # A join with a side table
//!
//! A small collection becomes a side input, which every worker can look at. [`testing`] runs the pipeline and compares:
//!
//! ```
//! use beamline::prelude::*;
//! use beamline::testing::{TestPipeline, assert_that};
//!
//! fn in_euros(payments: &PCollection<(String, f64)>, rates: &PCollection<(String, f64)>) -> PCollection<f64> {
//!     payments.with_side(rates.as_map()).map(|(currency, amount), rates| amount * rates[&currency]).named("Convert")
//! }
//!
//! let p = TestPipeline::new();
//! let rates = p.create([("USD".to_owned(), 0.5), ("GBP".to_owned(), 1.25)]);
//! let payments = p.create([("USD".to_owned(), 30.0), ("GBP".to_owned(), 4.0), ("USD".to_owned(), 2.0)]);
//! assert_that(&in_euros(&payments, &rates)).contains_in_any_order([15.0, 5.0, 1.0]);
//! p.run();
//! ```
//!
//! A currency without a rate would be a panic of the function, which fails the pipeline with an error that names the step
//! and its line; nothing is written then.
//!
//! Where both sides are large, [`join`](PCollection::join), [`left_join`](PCollection::left_join) and
//! [`co_group`](PCollection::co_group) bring equal keys together instead.
//!
//! # How to run a pipeline
//!
//! - [`launch`] is for programs: it adds `--parallelism`, `--memory`, `--explain` and more to a program's own arguments,
//!   shows progress, and stops cleanly on Ctrl-C.
//! - [`Pipeline::run_with`] and a [`LocalRunner`] are for programs that do other things too; [`LocalRunner::start`]
//!   gives a [`JobHandle`] to watch and to cancel.
//! - [`testing`] is for tests.
//!
//! # A map
//!
//! | to | see |
//! |---|---|
//! | have everything at hand | [`prelude`] |
//! | find a transform | the methods of [`PCollection`], and of [`Pipeline`] for where collections begin |
//! | reduce many values to one | [`combine`] |
//! | keep what went wrong | [`PCollection::try_map`], [`PCollection::try_par_do`] |
//! | go on when a sink or a table does not take an element | [`PCollection::try_write`], [`PCollection::try_write_upserts`], [`PCollection::try_for_each`] |
//! | call a service for every element | `PCollection::par_do_async`, with the cargo feature `async` |
//! | look at a table that changes now and then | [`Pipeline::refreshing`] |
//! | keep failures in a file, and try them again | [`io::dead_letters`], [`PCollection::replaying`] |
//! | make several outputs | [`PCollection::split`], [`PCollection::partition`] |
//! | have a life cycle around a function | [`DoFn`] |
//! | remember something for each key, and be called back in time | [`state`], [`StatefulDoFn`] |
//! | make a transform of transforms | [`PTransform`] |
//! | count things while running | [`metrics`] |
//! | read and write | [`io`]; to add a system: [`Source`] and [`Sink`] |
//! | write a stream while it goes on | [`io::text::write_files`], [`io::net`], [`PCollection::for_each`] |
//! | do one thing after another | [`PCollection::wait_on`] |
//! | understand a failure | [`Error`] |
//! | see what will run | [`Graph::explain`](graph::Graph::explain), [`LocalRunner::explain`] |
//! | divide time | [`PCollection::with_timestamps`], [`PCollection::window`]; [`window`] for windows, triggers and panes |
//! | keep what came too late | [`PCollection::keeping_late_data`] |
//! | keep a table up to date | [`PCollection::write_upserts`], [`UpsertSink`], [`UpsertTable`] |
//! | write a runner | [`graph`], [`kernel`], [`Runner`] |

// Windows of the calendar and calls to services are in it.
#[cfg(all(doctest, feature = "async", feature = "calendar"))]
mod guide;
pub mod io;
mod launch;
pub mod prelude;
pub mod testing;

pub use beamline_local::{
    DISCARDED_SHARDS, Hold, HoldReason, JobControl, JobHandle, LocalRunner, Progress, Status, StepStatus,
};
pub use beamline_sdk::*;
pub use clap;
pub use launch::launch;
/// The runtime that calls to services run on, with `net` and `io-util` for their clients.
#[cfg(feature = "async")]
pub use tokio;

/// Derives [`trait@OutputEnum`]: several typed outputs of a step, as an enum.
///
/// A function that makes different things returns an enum, and [`split_with`](PCollection::split_with) makes a
/// collection of each variant; a [`DoFn`] emits the enum, and [`split`](PCollection::split) takes it apart. Of
///
/// ```
/// # use beamline::OutputEnum;
/// #[derive(OutputEnum)]
/// enum Parsed {
///     Good(u64),
///     Bad(String),
///     Both(u8, String),
///     Empty,
/// }
/// ```
///
/// the derive makes `ParsedOutputs`, with the visibility of the enum:
///
/// ```
/// # use beamline::PCollection;
/// struct ParsedOutputs {
///     good: PCollection<u64>,
///     bad: PCollection<String>,
///     both: PCollection<(u8, String)>,
///     empty: PCollection<()>,
/// }
/// ```
///
/// What variants hold must be an [`Element`]. The enum itself need not be: it never leaves the step that makes it. It
/// can be generic, and the derive then asks for `T: Element`. An output that nothing reads costs nothing.
///
/// ```
/// use beamline::prelude::*;
/// use beamline::testing::{TestPipeline, assert_that};
///
/// #[derive(OutputEnum)]
/// enum Parsed {
///     Number(u64),
///     Complaint(String),
/// }
///
/// fn parse(line: String) -> Parsed {
///     match line.parse() {
///         Ok(number) => Parsed::Number(number),
///         Err(error) => Parsed::Complaint(format!("{line}: {error}")),
///     }
/// }
///
/// let p = TestPipeline::new();
/// let lines = p.create(["1", "two", "3"].map(str::to_owned));
/// let parsed = lines.split_with(parse);
/// assert_that(&parsed.number).contains_in_any_order([1, 3]);
/// assert_that(&parsed.complaint.count()).contains_in_any_order([1]);
/// p.run();
/// ```
pub use beamline_macros::OutputEnum;

/// Derives [`trait@StateSpec`]: what a [`StatefulDoFn`] remembers for a key in a window, as a struct of cells and timers.
///
/// The cells and timers are those of [`state`]; the struct needs no other derive. For the timers the derive makes an enum
/// with a variant for each, which says in `on_timer` which one has come: of
///
/// ```
/// # use beamline::StateSpec;
/// use beamline::state::{BagState, EventTimer, EventTimers, ProcessingTimer, ValueState};
///
/// #[derive(StateSpec)]
/// #[state(ttl = "7d")]
/// struct Order {
///     #[state(name = "lines")]
///     items: BagState<String>,
///     #[state(ttl = "forever")]
///     customer: ValueState<String>,
///     deadline: EventTimer,
///     reminders: EventTimers<u32>,
///     flush: ProcessingTimer,
/// }
/// ```
///
/// it makes `OrderTimer`, with the visibility of the struct:
///
/// ```
/// enum OrderTimer {
///     Deadline,
///     Reminders(u32),
///     Flush,
/// }
/// ```
///
/// Attributes: `ttl` is the time to live of a cell, or at the struct of all cells that say nothing else; `name` is the
/// name in saved state, where it is not that of the field.
///
/// ```
/// use beamline::prelude::*;
/// use beamline::state::{BagState, EventTimer};
/// use beamline::testing::{TestPipeline, assert_that};
///
/// /// Collects what is said, until there has been silence for a minute.
/// #[derive(StateSpec)]
/// struct Talk {
///     said: BagState<String>,
///     silence: EventTimer,
/// }
///
/// #[derive(Clone)]
/// struct Collect;
///
/// impl StatefulDoFn<String, String> for Collect {
///     type State = Talk;
///     type Out = String;
///
///     fn process(
///         &mut self,
///         _room: &String,
///         sentence: String,
///         talk: &mut Talk,
///         cx: &mut StateCx<'_, String>,
///     ) -> Result<(), BoxError> {
///         talk.said.add(sentence);
///         talk.silence.set(cx.timestamp() + std::time::Duration::from_mins(1), cx);
///         Ok(())
///     }
///
///     fn on_timer(
///         &mut self,
///         room: &String,
///         timer: TalkTimer,
///         talk: &mut Talk,
///         cx: &mut StateCx<'_, String>,
///     ) -> Result<(), BoxError> {
///         match timer {
///             TalkTimer::Silence => cx.emit(format!("{room}: {}", talk.said.take().join(" "))),
///         }
///         Ok(())
///     }
/// }
///
/// let p = TestPipeline::new();
/// let said = [("kitchen", "Tea?"), ("kitchen", "Yes."), ("hall", "Hello!")];
/// let said = p.create(said.map(|(room, sentence)| (room.to_owned(), sentence.to_owned())));
/// let talks = said.with_timestamps(|_| Timestamp::from_millis(0)).par_do_stateful(Collect).named("CollectTalks");
/// assert_that(&talks).contains_in_any_order(["kitchen: Tea? Yes.", "hall: Hello!"].map(str::to_owned));
/// p.run();
/// ```
pub use beamline_macros::StateSpec;

/// The programs in the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
