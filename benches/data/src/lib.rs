//! What the contestants work on: always the same, made here, never downloaded.

pub mod access_log;
pub mod alias;
pub mod clicks;
pub mod collisions;
pub mod dataset;
pub mod digest;
pub mod events;
pub mod facts;
pub mod offers;
pub mod pairs;
pub mod readings;
pub mod reminders;
pub mod rng;
pub mod steps;
pub mod text;
pub mod visits;
pub mod vocabulary;
pub mod words;
