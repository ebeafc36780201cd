//! Strings of which there are few.

use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One of the few strings that many events have, such as the name of a channel: kept once, and copied for nothing.
///
/// All that have ever been are remembered to the end of the process.
///
/// ```
/// use beamline_nexmark::events::Symbol;
///
/// let channel = Symbol::of("Apple");
/// assert_eq!(channel, Symbol::of(&"apple".replace('a', "A")));
/// assert_eq!(channel.to_lowercase(), "apple");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(&'static str);

static KNOWN: LazyLock<RwLock<HashSet<&'static str>>> = LazyLock::new(RwLock::default);

impl Symbol {
    /// The symbol of a text.
    pub fn of(text: &str) -> Self {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(text).copied();
        Self(known.unwrap_or_else(|| remember(text)))
    }
}

fn remember(text: &str) -> &'static str {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    // Another thread may have been faster.
    known.get(text).copied().unwrap_or_else(|| {
        let text = Box::leak(Box::from(text));
        known.insert(text);
        text
    })
}

impl Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Symbol;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Symbol, E> {
        Ok(Symbol::of(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_kept_once() {
        let (one, other) = (Symbol::of("channel-1"), Symbol::of(&format!("channel-{}", 1)));
        assert!(std::ptr::eq(one.0, other.0));
        assert_ne!(one, Symbol::of("channel-2"));
    }

    #[test]
    fn they_travel_as_strings() {
        let text = serde_json::to_string(&Symbol::of("Baidu")).unwrap();
        assert_eq!(text, "\"Baidu\"");
        assert_eq!(serde_json::from_str::<Symbol>(&text).unwrap(), Symbol::of("Baidu"));
    }
}
