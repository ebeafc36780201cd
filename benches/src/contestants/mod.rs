//! Contestants.
pub mod wordcount;
