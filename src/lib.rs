//! beamline: the Rust SDK and engine for the Apache Beam programming model.

pub mod io;
mod launch;
pub mod prelude;
pub mod testing;

pub use beamline_local::{Canceller, JobHandle, LocalRunner, Progress};
pub use beamline_sdk::*;
pub use clap;
pub use launch::launch;

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
