//! What a stateful step was doing when user code failed.

use super::receiver::Stateful;
use crate::kernel::guard::json;
use crate::state::StatefulDoFn;
use crate::{Element, Error, ErrorKind, Key, Timestamp};

/// What is in work.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    /// Nothing that belongs to a key.
    Bundle,
    /// A value of the key in this slot.
    Value(u32),
    /// A timer of the key in this slot, and when it was due.
    Timer(u32, &'static str, Timestamp),
    /// The end of the window in this slot.
    Expiration(u32),
}

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Stateful<K, V, D> {
    /// Adds what was in work to an error of user code.
    pub(super) fn blame(&mut self, error: Error) -> Error {
        if error.kind() != ErrorKind::User {
            return error;
        }
        match self.doing {
            Doing::Bundle => error,
            Doing::Value(slot) => self.blame_value(slot, error),
            Doing::Timer(slot, name, at) => {
                let text = format!("timer '{name}', set for {at:?}, of {}", self.describe(slot));
                error.at(text)
            }
            Doing::Expiration(slot) => {
                let text = format!("the expiration of {}", self.describe(slot));
                error.at(text)
            }
        }
    }

    fn blame_value(&mut self, slot: u32, error: Error) -> Error {
        let key = self.keys.get_mut(slot).and_then(|((key, _), _)| json(key));
        if let (Some(key), Some(value)) = (key, self.witness.seen().and_then(json)) {
            return error.at(format!("element [{key},{value}]"));
        }
        let text = format!("an element of {}", self.describe(slot));
        error.at(text).help("run again with --trace-elements to see the element")
    }

    /// `key "ann" in the global window`.
    fn describe(&mut self, slot: u32) -> String {
        let Some(((key, window), _)) = self.keys.get_mut(slot) else { return "a key".to_owned() };
        let key = json(key).unwrap_or_else(|| format!("of type {}", std::any::type_name::<K>()));
        format!("key {key} in {window}")
    }
}
