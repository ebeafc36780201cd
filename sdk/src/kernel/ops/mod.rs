//! The operators that work on one element at a time.

mod assign;
#[cfg(feature = "async")]
mod asynchronous;
mod changelog;
mod check;
mod divide;
mod explode;
mod filter;
mod flat_map;
mod for_each;
mod held;
mod letters;
mod map;
mod merge;
mod merged;
mod par_do;
mod partition;
mod pass;
mod punctuate;
mod recall;
mod reify;
mod retrying;
mod side;
mod split;
mod try_map;
mod waiting;
mod windowed;
mod windows_of;
mod with_side;
mod write;

pub(crate) use assign::{AssignTimestamps, AssignWindows, AssignWindowsBy};
#[cfg(feature = "async")]
pub(crate) use asynchronous::{Answer, Call, ParDoAsync};
pub(crate) use changelog::{ToChangelog, ToUpserts};
pub(crate) use check::Check;
pub(crate) use divide::Windowed;
pub(crate) use filter::Filter;
pub(crate) use flat_map::{FlatMap, FlatMapWith};
pub(crate) use for_each::ForEach;
pub(in crate::kernel) use letters::Letters;
pub(crate) use map::{Inspect, Map, Rearrange};
pub(crate) use merge::{MergeCombine, MergeGroups};
pub(crate) use par_do::ParDo;
pub(crate) use partition::Partition;
pub(crate) use pass::{Flatten, Forward, Reshuffle};
pub(crate) use punctuate::Punctuate;
pub(crate) use recall::Recall;
pub(crate) use reify::{ReifyTimestamps, ReifyWindows};
pub(crate) use retrying::try_par_do;
pub(in crate::kernel) use retrying::{Delivering, Delivery, Failed, Retrying};
pub use split::OutputsOf;
pub(crate) use split::{Split, SplitWith};
pub(crate) use try_map::TryMap;
pub(crate) use windowed::{IntoWindow, WithWindow};
pub(crate) use with_side::WithSideOp;
pub(crate) use write::{SinkNode, TryWriteShards, WriteEverywhere, WriteShards, try_write_everywhere};
