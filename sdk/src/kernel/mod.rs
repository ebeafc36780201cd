//! The kernel: typed batches and operators, driven by any runner.
//!
//! Rust instantiates generic code where the types are known, so the operators are built where the pipeline is: a node
//! of the graph holds a factory for its typed operator, and a runner connects operators, moves packets and calls the
//! life cycle, without ever seeing an element. This module is for authors of runners.
//!
//! - [`Batch`] is what moves: values, and apart from them timestamps, windows and panes.
//! - [`Operator`] is a step as a runner sees it; inside a stage steps push batches to each other directly.
//! - [`Shuffle`] is an edge between stages: a sender, [`Packet`]s, a [`Receiver`].
//! - [`SourceFactory`] and [`SinkControl`] are the two ends.
//! - [`Env`] is what a worker offers: memory, scratch files, side inputs.
//! - [`Flow`] is what a worker knows of an output: how much there has been, and a sample for those who watch.

mod batch;
mod clock;
mod col;
mod current;
mod cut;
mod drain;
mod emitter;
mod env;
mod flow;
pub(crate) mod guard;
mod hash;
pub(crate) mod keyed;
mod latest;
mod mark;
mod memory;
mod meta;
mod operator;
pub(crate) mod ops;
pub(crate) mod ordered;
mod output;
mod pace;
mod pending;
pub(crate) mod prefetch;
mod reading;
mod recycling;
#[cfg(feature = "async")]
pub(crate) mod runtime;
pub(crate) mod scratch;
mod shuffle;
#[cfg(test)]
pub(crate) mod tests;
mod thread;
mod warnings;
mod witness;

pub use batch::Batch;
pub use clock::{Clock, ManualClock, SystemClock};
pub use col::Col;
pub use current::{NO_STEP, StepId, enter, step};
pub use cut::{BundleCut, emit_in_bundles};
pub use emitter::Emitter;
pub use env::{Env, Erased, Shared, SinkControl};
pub use flow::{Flow, FlowSample, KeySample, SampledElement, SampledKey};
pub use guard::{note_panic, panic_error};
#[cfg(test)]
pub(crate) use hash::hash_key;
pub use hash::{hash_element, spread_keys};
pub use mark::Mark;
pub use memory::{MemoryBudget, Reservation};
pub use meta::{Meta, Stamp};
pub use operator::{Op, Operator, StepFactory, Wiring};
pub use output::{Consumer, ErasedConsumer, Output, Push};
pub use pending::{Kept, Pending, ReadingStatus};
pub use reading::{Inflow, Polled, SourceFactory, SourceHead, SourceRun, Wake, read_with};
pub use recycling::Recycling;
pub use scratch::{Scratch, ScratchFile};
pub use shuffle::{Inbox, Link, Packet, Receiver, Shuffle, ShuffleFactory, ShuffleMode};
pub use thread::forget_runs;
pub use warnings::{RunWarning, WarningHandler, Warnings};

pub(crate) use flow::Lens;
pub(crate) use guard::render;
pub(crate) use reading::{ReadFactory, RunSplittable};
