//! NEXMark: the questions of an auction house, as pipelines.
//!
//! - [`events`]: persons, auctions and bids, and where they come from
//! - [`queries`]: 23 questions, a file each
//! - [`results`]: what they come to, in two numbers
//! - [`handwritten`]: the same by hand, to compare
//! - [`program`]: a query as a program
//! - [`arguments`]: what command lines have in common

pub mod arguments;
pub mod events;
pub mod handwritten;
pub mod program;
pub mod queries;
pub mod results;
