//! What the contestants work on: always the same, made here, never downloaded.

pub mod alias;
pub mod clicks;
pub mod dataset;
pub mod digest;
pub mod events;
pub mod pairs;
pub mod reminders;
pub mod rng;
pub mod steps;
pub mod text;
pub mod vocabulary;
pub mod words;
