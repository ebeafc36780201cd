//! The operators that bring equal keys together.

mod batches;
mod combine;
mod global;
mod group;
mod partitions;
mod route;
mod slots;
mod stateful;
mod table;
pub(crate) mod timed_join;
mod upserts;
mod view;
pub(crate) mod windowed;

pub(crate) use batches::IntoBatches;
pub(crate) use combine::{CombineParts, CombinePerKey, first};
pub(crate) use global::CombineGlobally;
pub(crate) use group::CoGroup;
pub(crate) use partitions::Rows;
#[cfg(test)]
pub(crate) use route::Router;
pub(crate) use stateful::RunStateful;
pub(crate) use upserts::{TryWriteUpserts, WriteUpserts};
pub(crate) use view::{AnyPublished, BuildView, PublishPanes, Published, RefreshView, Signal, ViewBuilder, ViewSpec};

use crate::Timestamp;

/// The output watermark of a step whose results all come when its input has ended: however far time had come by then, they
/// are not late.
fn until_the_end(input: Timestamp) -> Timestamp {
    if input == Timestamp::MAX { input } else { Timestamp::MIN }
}
