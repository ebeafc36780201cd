//! Everything that most pipelines need: `use beamline::prelude::*`.
//!
//! The types that programs name ([`Pipeline`], [`PCollection`], [`Values`], [`View`], …), the traits that they implement
//! ([`DoFn`], [`StatefulDoFn`], [`CombineFn`], [`PTransform`]), the combiners, the metrics, what windows are described
//! with ([`Windowing`], [`Trigger`]), the [`text`] connector, and [`launch`]. Transforms are methods and need no
//! import.

pub use crate::combine::{
    Absorb, ApproxDistinct, ApproxQuantiles, CombineFn, Count, CountDistinct, Latest, Max, Mean, Min, Reduce, Sample,
    Sum, ToList, ToSet, Top,
};
pub use crate::io::{dead_letters, text};
pub use crate::metrics::{Counter, Distribution, Gauge};
pub use crate::window::{Accumulation, Trigger, Windowing};
pub use crate::{
    BoundedOutOfOrderness, BoxError, BundleCx, Cx, DeadLetter, DoFn, Element, Emit, FailureLimit, Key, LocalRunner,
    Monotonic, OutputEnum, PCollection, PTransform, Pipeline, Retry, Runner, SideMap, SmallString, Source, StateCx,
    StateSpec, StatefulDoFn, Timestamp, Values, View, generate, launch,
};
