//! Many timers that are set at once, and then come in the order of their time.

pub mod handwritten;
mod pipeline;

pub use pipeline::timers;

/// How many reminders are pending at once, and of how many users.
#[derive(Clone, Copy, Debug)]
pub struct Reminders {
    /// How many users are to be reminded.
    pub users: u64,
    /// How many reminders there are.
    pub count: u64,
}
