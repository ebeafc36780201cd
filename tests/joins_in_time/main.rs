//! Joins in event time: interval joins and as-of joins, of streams and of collections that end.

mod as_of;
mod interval;
mod model;
mod random;
mod refusals;
mod sides;
mod spilling;
