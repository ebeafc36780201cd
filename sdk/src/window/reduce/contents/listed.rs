//! Windows that contain lists.

use super::{Bag, Contents};
use crate::Element;
use serde::{Deserialize, Serialize};

/// The values in a list, in the order of their coming unless sessions merge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listed;

/// What [`Listed`] keeps; as large as a `Vec`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "V: Element")]
pub enum List<V> {
    /// Values that stay.
    Plain(Vec<V>),
    /// Values that may be taken back.
    Revisable(Box<Bag<V>>),
}

impl<V: Element> Contents<V> for Listed {
    type State = List<V>;
    type Out = Vec<V>;

    fn create(&self) -> List<V> {
        List::Plain(Vec::new())
    }

    fn create_revisable(&self) -> List<V> {
        List::Revisable(Box::default())
    }

    #[inline]
    fn add(&self, state: &mut List<V>, value: V) {
        match state {
            List::Plain(values) => values.push(value),
            List::Revisable(bag) => _ = bag.add(value),
        }
    }

    fn retract(&self, state: &mut List<V>, value: V) {
        revisable(state).remove(value);
    }

    /// Moves the shorter list.
    fn merge(&self, state: &mut List<V>, other: List<V>) {
        match (state, other) {
            (List::Plain(values), List::Plain(mut other)) => {
                if values.len() < other.len() {
                    std::mem::swap(values, &mut other);
                }
                values.append(&mut other);
            }
            (state, List::Revisable(other)) => revisable(state).append(*other),
            (state, List::Plain(other)) => other.into_iter().for_each(|value| self.add(state, value)),
        }
    }

    fn take(&self, state: &mut List<V>) -> Vec<V> {
        match state {
            List::Plain(values) => std::mem::take(values),
            List::Revisable(bag) => bag.take(),
        }
    }

    fn show(&self, state: &mut List<V>) -> Vec<V> {
        match state {
            List::Plain(values) => values.clone(),
            List::Revisable(bag) => bag.iter().cloned().collect(),
        }
    }

    fn snapshot(&self, state: &mut List<V>) -> List<V> {
        List::Plain(self.show(state))
    }

    fn is_empty(&self, state: &List<V>) -> bool {
        match state {
            List::Plain(values) => values.is_empty(),
            List::Revisable(bag) => bag.is_empty(),
        }
    }

    fn has_default(&self) -> bool {
        true
    }

    fn unmatched(&self, state: &mut List<V>) -> Vec<V> {
        match state {
            List::Plain(_) => Vec::new(),
            List::Revisable(bag) => bag.take_expected(),
        }
    }
}

/// The values as a bag, which they are from the beginning where values may be taken back.
fn revisable<V: Element>(list: &mut List<V>) -> &mut Bag<V> {
    if let List::Plain(values) = list {
        *list = List::Revisable(Box::new(std::mem::take(values).into_iter().collect()));
    }
    match list {
        List::Revisable(bag) => bag,
        List::Plain(_) => unreachable!("made revisable above"),
    }
}
