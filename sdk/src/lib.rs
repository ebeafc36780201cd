//! The SDK of beamline.

pub mod combine;
mod element;
mod error;
mod label;
mod sink;
mod source;
mod time;
pub mod window;

pub use element::{Element, Key};
pub use error::{BoxError, Error, ErrorKind, Result, Step};
pub use sink::{Shard, Sink, Writer};
pub use source::{Next, Reader, Source, SourceBatch, SplitTarget};
pub use time::Timestamp;
