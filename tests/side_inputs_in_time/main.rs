//! Side inputs of collections that go on while they are read.

mod complete;
mod memory;
mod model;
mod refreshing;
mod refusals;
mod script;
mod several;
mod slowly;
mod waiting;
