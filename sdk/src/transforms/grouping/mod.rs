//! How a grouping is carried out, as the windowing of its input asks for.

mod inputs;

pub(super) use inputs::windowing_of_all;
