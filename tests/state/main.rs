//! Stateful functions in running pipelines.

mod building;
mod errors;
mod life;
mod memory;
mod sorted;
mod support;
mod timers;
