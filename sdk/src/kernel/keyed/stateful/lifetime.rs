//! How long what is kept in a window lives.

use super::kept::behind;
use crate::Timestamp;
use crate::window::Window;
use std::time::Duration;

/// What is known of a window before anything is in it.
#[derive(Clone, Copy)]
pub(super) struct Lifetime {
    pub(super) window: Window,
    /// The last instant at which it takes elements.
    pub(super) expiry: Timestamp,
    /// When it is over. Windows that live as long as the input stand in no queue for that: they all end together.
    pub(super) over: Timestamp,
    salt: u64,
}

impl Lifetime {
    pub(super) fn new(window: Window, allowed_lateness: Duration) -> Self {
        let expiry = window.expiry(allowed_lateness);
        let over = match expiry {
            Timestamp::END_OF_GLOBAL_WINDOW => Timestamp::MAX,
            expiry => behind(expiry),
        };
        let bounds = window.end.millis() as u64 ^ (window.start.millis() as u64).rotate_left(32);
        Self { window, expiry, over, salt: bounds.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// The hash of a key in the window.
    #[inline]
    pub(super) fn hash_in(&self, hash: u64) -> u64 {
        hash ^ self.salt
    }
}
