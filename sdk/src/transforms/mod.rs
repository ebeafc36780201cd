//! Beam's transforms, a file each: methods of [`Pipeline`](crate::Pipeline) and [`PCollection`](crate::PCollection).

mod as_of_join;
mod changelog;
mod co_group;
mod combine;
mod create;
mod distinct;
mod elementwise;
mod flatten;
mod for_each;
mod group;
mod group_into_batches;
mod grouping;
mod impulse;
mod interval_join;
mod join;
mod keys;
mod late;
mod par_do;
#[cfg(feature = "async")]
pub(crate) mod par_do_async;
mod partition;
mod punctuation;
mod read;
mod refreshing;
mod replaying;
mod reshuffle;
mod side_inputs;
mod split;
mod splittable;
mod stateful;
mod timed_join;
mod try_for_each;
mod try_map;
mod try_par_do;
mod try_write;
mod wait_on;
mod window_by;
mod windowing;
mod within;
mod write;
mod write_upserts;

pub use changelog::{Change, Upsert};
pub use co_group::CoGroupWith;
pub use late::{KeepingLateData, LateFrom, ViewWithLateData, WithLateData, WithSideKeepingLateData};
#[cfg(feature = "async")]
pub use par_do_async::{AsyncOptions, TimedOut};
pub use side_inputs::WithSide;
pub use try_map::Tried;
pub use windowing::ValueInWindow;
pub use within::Within;
pub use write::Written;
