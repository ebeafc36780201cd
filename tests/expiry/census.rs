//! Values that are counted while they live.

use super::Pair;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, Weak};

/// A number that is known to live as long as any copy of it is somewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    number: u64,
    /// Nothing in a copy that has been on disk: such a copy takes no memory.
    #[serde(skip)]
    _life: Option<Arc<()>>,
}

impl Live {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl PartialEq for Live {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Live {}

impl PartialOrd for Live {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Live {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Live {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// Whether any of those that were born lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    There,
    Gone,
}

/// Who was born, and who lived whenever somebody looked.
#[derive(Clone)]
pub(crate) struct Census(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    born: Vec<Weak<()>>,
    looks: Vec<Life>,
}

impl Census {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Makes a pair of numbers that are counted, or looks at those made before.
    pub(crate) fn take(&self, event: Option<(u64, u64)>) -> Option<Pair> {
        let mut books = self.0.lock().expect("nobody has panicked");
        if let Some((key, value)) = event {
            return Some((books.bear(key), books.bear(value)));
        }
        let lives = books.born.iter().any(|life| life.strong_count() > 0);
        books.looks.push(if lives { Life::There } else { Life::Gone });
        None
    }

    pub(crate) fn looks(&self) -> Vec<Life> {
        self.0.lock().expect("nobody has panicked").looks.clone()
    }
}

impl Books {
    fn bear(&mut self, number: u64) -> Live {
        let life = Arc::new(());
        self.born.push(Arc::downgrade(&life));
        Live { number, _life: Some(life) }
    }
}
