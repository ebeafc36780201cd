//! The SDK of beamline: what a pipeline is, and the operators that it is made of. Programs depend on the crate `beamline`,
//! which has all of this and runs it too.
//!
//! A [`Pipeline`] is built by calling transforms on [`PCollection`]s. That makes a [graph](graph::Graph) of plain data,
//! with a factory of a typed operator in every node, and does nothing else; a [`Runner`] makes it work. This crate knows
//! no threads, no sockets and no files, but for the threads of tokio that calls to services need (feature `async`).
//!
//! ```
//! use beamline_sdk::Pipeline;
//! use beamline_sdk::combine::Mean;
//!
//! let p = Pipeline::new();
//! let readings = p.create([("north".to_owned(), 3.0), ("south".to_owned(), 21.0), ("north".to_owned(), 5.0)]);
//! let means = readings.combine_per_key(Mean).map(|(place, mean)| format!("{place}: {mean}"));
//! println!("{}", p.graph()?.explain());
//! # Ok::<(), beamline_sdk::Error>(())
//! ```
//!
//! # For whom
//!
//! | authors of | see |
//! |---|---|
//! | pipelines | [`PCollection`], [`Pipeline`], [`DoFn`], [`PTransform`], [`combine`], [`metrics`], [`Error`] |
//! | connectors | [`Source`] and [`Reader`], [`Sink`], [`Writer`] and [`WriteFault`] |
//! | runners | [`graph`], [`kernel`], [`Runner`] |

#[cfg(test)]
extern crate self as beamline;

mod coder;
pub mod combine;
mod dead_letter;
mod dofn;
mod element;
mod error;
mod failure_limit;
pub mod graph;
pub mod kernel;
mod label;
pub mod metrics;
pub mod outputs;
mod pcollection;
mod pipeline;
mod ptransform;
mod retry;
mod run_id;
mod runner;
mod side_input;
mod sink;
mod small_string;
mod source;
mod splittable;
pub mod state;
mod stop;
pub mod testing;
mod time;
mod transforms;
mod upsert;
mod values;
pub mod window;
mod write_fault;

pub use dead_letter::{DeadLetter, Json};
pub use dofn::{BundleCx, Cx, DoFn, Emit};
pub use element::{Element, Key};
pub use error::{BoxError, Error, ErrorKind, Result, Step};
pub use failure_limit::FailureLimit;
pub use outputs::OutputEnum;
pub use pcollection::PCollection;
pub use pipeline::Pipeline;
pub use ptransform::PTransform;
pub use retry::Retry;
pub use run_id::RunId;
pub use runner::{Ending, JobResult, LeftBehind, Runner};
pub use side_input::{SideInputs, SideMap, View};
pub use sink::{Shard, Sink, Writer};
pub use small_string::SmallString;
pub use source::{
    Arriving, ArrivingReader, BoundedOutOfOrderness, Concat, Generate, IdleAfter, IntoTimestamp, Limited, Manual,
    Monotonic, Next, Punctuated, Reader, Source, SourceBatch, SplitTarget, Timestamped, Untimed, Waker,
    WatermarkEstimator, generate,
};
pub use splittable::{
    OffsetRange, OffsetTracker, ProcessContinuation, RestrictionOf, RestrictionTracker, SplitCx, SplittableDoFn,
};
pub use state::{StateCx, StateSpec, StatefulDoFn};
pub use stop::StopFlag;
pub use time::{ParseTimestampError, Timestamp};
#[doc(hidden)]
pub use transforms::LateFrom;
#[cfg(feature = "async")]
pub use transforms::{AsyncOptions, TimedOut};
pub use transforms::{
    Change, CoGroupWith, KeepingLateData, Tried, Upsert, ValueInWindow, ViewWithLateData, WithLateData, WithSide,
    WithSideKeepingLateData, Within, Written,
};
pub use upsert::{UpsertSink, UpsertTable, UpsertWriter};
pub use values::{Iter, Values};
pub use write_fault::WriteFault;
