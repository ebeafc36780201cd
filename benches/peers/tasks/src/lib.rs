//! What every peer is asked to do, and what those of them keep in event time whose own operators do not do it.

pub mod arguments;
pub mod event_time;
pub mod groups;
pub mod words;
