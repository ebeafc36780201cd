//! The end of a pipeline: elements go to a sink.
//!
//! `node` is what the runner sees of it. `writing` is one shard in the making, of which there is one on `everywhere`, or a
//! given number (`shards`); `tried` and `tried_shards` are the same for writers whose elements are tried again.

mod everywhere;
mod node;
mod shards;
mod tried;
mod tried_shards;
mod writing;

pub(crate) use everywhere::WriteEverywhere;
pub(crate) use node::SinkNode;
pub(crate) use shards::WriteShards;
pub(crate) use tried::try_write_everywhere;
pub(crate) use tried_shards::TryWriteShards;
