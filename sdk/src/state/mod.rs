//! State and timers of keyed user code: what a [`StatefulDoFn`] remembers for each key and window.
//!
//! What is remembered is declared in one place, as a struct whose fields are cells of state and timers, with
//! `#[derive(StateSpec)]`. Every key has a value of that struct in every window that its elements are in; the user's
//! code gets it as `&mut`, and changes fields as it changes any struct.
//!
//! | to remember | declare |
//! |---|---|
//! | one value | [`ValueState`] |
//! | values in no particular order | [`BagState`] |
//! | many values as one, by a combiner | [`CombiningState`] |
//! | which values there were | [`SetState`] |
//! | values by a key of their own | [`MapState`], [`MultimapState`] |
//! | values by their timestamps | [`OrderedListState`] |
//! | **to be called back** | |
//! | when the watermark reaches an instant | [`EventTimer`] |
//! | when the clock reaches an instant | [`ProcessingTimer`] |
//! | at any number of instants, told apart by tags | [`EventTimers`], [`ProcessingTimers`] |
//!
//! # How long it lives
//!
//! A cell lives until it is cleared, its time to live has passed, or its window has expired: the watermark is behind
//! the window's end by more than the allowed lateness. Just before that comes
//! [`on_window_expiration`](StatefulDoFn::on_window_expiration). The global window expires when all input has ended.
//! A key of which nothing is left takes no memory.
//!
//! A time to live is part of the declaration: `#[state(ttl = "1h30m")]` at a cell, or at the struct for all cells that say
//! nothing else. It is event time, and begins with the last write: an element sees what was written by elements less
//! than that before its own timestamp, and when the watermark is that much behind the write the memory is freed. Reading
//! does not prolong it; [`ValueState::touch`] and its like do. Timers have no time to live, but a time.
//!
//! The units are `d`, `h`, `m`, `s` and `ms`. `#[state(ttl = "forever")]` says that a cell of the global window is meant
//! to stay, where a warning would ask.
//!
//! # Timers
//!
//! - A timer that is set again is replaced; one that is cleared does not come.
//! - An event-time timer comes when the watermark reaches its time: no element before it will come that is not late. A
//!   new watermark brings all timers that it has reached in the order of their times, over all keys of a worker, and
//!   only then reaches the steps downstream. A callback may set timers; those that are due come in the same go.
//! - A timer for an instant that has passed comes at the end of the bundle. One for an instant after its window has
//!   expired comes when the window expires.
//! - A processing-time timer comes when the clock has reached its time. When its window expires it is dropped; so if the
//!   input ends before, it never comes. What must not be lost is emitted in `on_window_expiration`.
//! - A timer has an output timestamp: that of what its callback emits. The output watermark is held at it until the timer
//!   has come, so what is emitted is not late. It is the timer's own time in event time; in processing time it is the
//!   timestamp of the element that set it, or the output timestamp of the timer that did.
//!
//! The rules are those of the Beam model (Beam programming guide, *State and Timers*; for output timestamps
//! `SimpleDoFnRunner` of Beam's Java SDK).

mod ask_ahead;
mod cells;
mod dofn;
mod expire;
mod field;
mod saved;
mod settle;
mod spec;
mod take_due;
#[cfg(test)]
mod tests;
mod timer;
mod timer_map;
mod timer_rules;

pub use crate::window::reduce::TimeDomain;
pub use cells::{BagState, CombiningState, MapState, MultimapState, OrderedListState, SetState, ValueState};
pub use dofn::{StateCx, StatefulDoFn};
pub use field::{FieldKind, StateCell, StateField, TimeToLive, TimerField, Visitor};
pub use saved::SavedState;
pub use spec::StateSpec;
pub use timer::{EventTime, EventTimer, Pending, ProcessingTime, ProcessingTimer, TimeDomainType, Timer};
pub use timer_map::{EventTimers, ProcessingTimers, TimerMap};

pub(crate) use ask_ahead::ask_for_timers;
pub(crate) use expire::expire;
pub(crate) use settle::{Settled, settle};
pub(crate) use take_due::{Due, take_due};
