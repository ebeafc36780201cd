//! The logic of state and timers, by calls.

mod cells;
mod fields;
mod timers;

use super::StateCx;
use crate::Timestamp;
use crate::kernel::tests::{Rig, env};
use crate::kernel::{Meta, Stamp};
use crate::window::{Pane, Window};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Calls something in the context of an element at `timestamp`, in a window that expires at `expiry`.
fn in_context<R>(timestamp: i64, expiry: i64, call: impl FnOnce(&StateCx<'_, ()>) -> R) -> R {
    let window = Window { start: at(0), end: at(expiry + 1) };
    let meta = Meta::of(Stamp { time: at(timestamp), windows: window.into(), pane: Pane::UNKNOWN });
    let env = env(0, 1, 1, 0);
    let mut out = Rig::<()>::new(&env).wiring.emitter(0);
    let (time, expiry, now) = (at(timestamp), at(expiry), at(1_000_000));
    call(&StateCx { out: &mut out, meta: &meta, row: 0, is_new: true, fire_time: time, expiry, now })
}
