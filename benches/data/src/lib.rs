//! What the contestants work on: always the same, made here, never downloaded; and what they make of it alike, such as the
//! types of records and the checksums of results.

pub mod access_log;
#[cfg(feature = "tasks")]
pub mod accidents;
pub mod alias;
pub mod clicks;
pub mod collisions;
pub mod dataset;
pub mod digest;
pub mod events;
pub mod facts;
#[cfg(feature = "tasks")]
pub mod groups;
#[cfg(feature = "tasks")]
pub mod hours;
pub mod offers;
pub mod overheads;
pub mod packed;
pub mod pairs;
pub mod readings;
pub mod reminders;
#[cfg(feature = "tasks")]
pub mod requests;
pub mod rng;
#[cfg(feature = "tasks")]
pub mod rollup;
pub mod steps;
pub mod text;
pub mod visits;
pub mod vocabulary;
pub mod words;
