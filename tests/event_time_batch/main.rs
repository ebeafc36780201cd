//! Event time in collections that end: every grouping in windows, compared with results worked out by hand.

mod assigning;
mod firing;
mod grouping;
mod literature;
mod many;
mod refusals;
mod sessions;
mod side_inputs;
#[path = "../transforms/support.rs"]
#[allow(dead_code, reason = "the tests of transforms use the rest")]
mod support;
mod times;
