//! The queries: a file each, of which the first paragraph says what is asked, and the second where the definition is.
//!
//! Queries 0 to 12 are those of Beam's NEXMark suite, 13 to 22 those of Flink's. Each takes events with an end or of a
//! stream, says what it wants to know of them, and gives the same results for both.

mod highest;
pub mod q00;
pub mod q01;
pub mod q02;
pub mod q03;
pub mod q04;
pub mod q05;
pub mod q06;
pub mod q07;
pub mod q08;
pub mod q09;
pub mod q10;
pub mod q11;
pub mod q12;
pub mod q13;
pub mod q14;
pub mod q15;
pub mod q16;
pub mod q17;
pub mod q18;
pub mod q19;
pub mod q20;
pub mod q21;
pub mod q22;
mod rank;
mod sales;

pub use highest::Highest;
pub use rank::{Activity, Rank};
pub use sales::{Lot, Offer, Price, Terms, winners};
mod query;

pub use query::Query;
