//! What every peer is asked to do, the parts of a text that each of its threads reads, and what those of them keep in event
//! time whose own operators do not do it.

pub mod arguments;
pub mod event_time;
pub mod groups;
pub mod nexmark;
pub mod pieces;
pub mod records;
pub mod words;
