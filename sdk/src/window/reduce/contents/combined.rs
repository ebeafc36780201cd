//! Windows that contain accumulators.

use super::{Bag, Contents};
use crate::Element;
use crate::combine::CombineFn;
use serde::{Deserialize, Serialize};

/// An accumulator of a combiner; none while there are no values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Combined<C>(pub C);

/// What [`Combined`] keeps; no larger than an `Option` of an accumulator of 8 bytes or more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "A: Element, V: Element")]
pub enum Accumulated<A, V> {
    /// An accumulator of values that stay.
    Acc(A),
    /// No values, or some that may be taken back.
    Other(Option<Box<Revised<A, V>>>),
}

/// An accumulator, and what it takes to take values back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "A: Element, V: Element")]
pub struct Revised<A, V> {
    /// None if there have been no values, or if it has to be made anew.
    acc: Option<A>,
    inputs: Inputs<V>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "V: Element")]
enum Inputs<V> {
    /// The combiner subtracts.
    Counted {
        /// How many values came, less those that were taken back.
        count: i64,
        /// What cannot be subtracted yet.
        expected: Vec<V>,
    },
    /// The combiner does not.
    Kept(Bag<V>),
}

impl<C> Combined<C> {
    fn extract<V>(&self, acc: Option<C::Acc>) -> C::Out
    where
        C: CombineFn<V>,
    {
        self.0.extract(acc.unwrap_or_else(|| self.0.create()))
    }
}

impl<V: Element, C: CombineFn<V>> Contents<V> for Combined<C> {
    type State = Accumulated<C::Acc, V>;
    type Out = C::Out;

    fn create(&self) -> Self::State {
        Accumulated::Other(None)
    }

    fn create_revisable(&self) -> Self::State {
        Accumulated::Other(Some(Box::new(Revised::new(&self.0))))
    }

    #[inline]
    fn add(&self, state: &mut Self::State, value: V) {
        match state {
            Accumulated::Acc(acc) => self.0.add(acc, value),
            Accumulated::Other(Some(revised)) => revised.add(&self.0, value),
            Accumulated::Other(None) => {
                let mut acc = self.0.create();
                self.0.add(&mut acc, value);
                *state = Accumulated::Acc(acc);
            }
        }
    }

    fn retract(&self, state: &mut Self::State, value: V) {
        match state {
            Accumulated::Other(Some(revised)) => revised.retract(&self.0, value),
            _ => unreachable!("values are taken back from what was created for that"),
        }
    }

    fn merge(&self, state: &mut Self::State, other: Self::State) {
        match (state, other) {
            (Accumulated::Acc(acc), Accumulated::Acc(other)) => self.0.merge(acc, other),
            (Accumulated::Other(Some(revised)), Accumulated::Other(Some(other))) => revised.merge(&self.0, *other),
            (_, Accumulated::Other(None)) => {}
            (state, other) => *state = other,
        }
    }

    fn take(&self, state: &mut Self::State) -> C::Out {
        match state {
            Accumulated::Other(Some(revised)) => {
                let acc = revised.current(&self.0).cloned();
                revised.forget_values();
                self.extract(acc)
            }
            _ => match std::mem::replace(state, self.create()) {
                Accumulated::Acc(acc) => self.extract(Some(acc)),
                Accumulated::Other(_) => self.extract(None),
            },
        }
    }

    fn show(&self, state: &mut Self::State) -> C::Out {
        self.take(&mut self.snapshot(state))
    }

    fn snapshot(&self, state: &mut Self::State) -> Self::State {
        let acc = match state {
            Accumulated::Acc(acc) => Some(acc.clone()),
            Accumulated::Other(Some(revised)) => revised.current(&self.0).cloned(),
            Accumulated::Other(None) => None,
        };
        acc.map_or_else(|| self.create(), Accumulated::Acc)
    }

    fn is_empty(&self, state: &Self::State) -> bool {
        match state {
            Accumulated::Acc(_) => false,
            Accumulated::Other(revised) => revised.as_ref().is_none_or(|revised| revised.is_empty()),
        }
    }

    fn has_default(&self) -> bool {
        self.0.has_default()
    }

    fn unmatched(&self, state: &mut Self::State) -> Vec<V> {
        match state {
            Accumulated::Other(Some(revised)) => match &mut revised.inputs {
                Inputs::Counted { expected, .. } => std::mem::take(expected),
                Inputs::Kept(bag) => bag.take_expected(),
            },
            _ => Vec::new(),
        }
    }
}

impl<A: Element, V: Element> Revised<A, V> {
    fn new<C: CombineFn<V, Acc = A>>(combine: &C) -> Self {
        let inputs = if combine.can_subtract() {
            Inputs::Counted { count: 0, expected: Vec::new() }
        } else {
            Inputs::Kept(Bag::default())
        };
        Self { acc: None, inputs }
    }

    /// What is expected still is.
    fn forget_values(&mut self) {
        self.acc = None;
        match &mut self.inputs {
            Inputs::Counted { count, .. } => *count = 0,
            Inputs::Kept(bag) => drop(bag.take()),
        }
    }

    fn is_empty(&self) -> bool {
        match &self.inputs {
            Inputs::Counted { count, .. } => *count <= 0,
            Inputs::Kept(bag) => bag.is_empty(),
        }
    }

    #[cold]
    #[inline(never)]
    fn add<C: CombineFn<V, Acc = A>>(&mut self, combine: &C, value: V) {
        let Self { acc, inputs } = self;
        match inputs {
            Inputs::Counted { count, expected } => {
                combine.add(acc.get_or_insert_with(|| combine.create()), value);
                *count += 1;
                subtract_expected(combine, acc, count, expected);
            }
            Inputs::Kept(bag) => {
                if bag.is_empty() {
                    *acc = Some(combine.create());
                }
                let is_new = bag.add(value.clone());
                if let Some(acc) = acc.as_mut().filter(|_| is_new) {
                    combine.add(acc, value);
                }
            }
        }
    }

    fn retract<C: CombineFn<V, Acc = A>>(&mut self, combine: &C, value: V) {
        let Self { acc, inputs } = self;
        match inputs {
            Inputs::Counted { count, expected } => {
                expected.push(value);
                subtract_expected(combine, acc, count, expected);
            }
            Inputs::Kept(bag) => {
                if bag.remove(value) {
                    *acc = None;
                }
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn merge<C: CombineFn<V, Acc = A>>(&mut self, combine: &C, other: Self) {
        let Self { acc, inputs } = self;
        match (inputs, other.inputs) {
            (Inputs::Counted { count, expected }, Inputs::Counted { count: more, expected: others }) => {
                merge_accs(combine, acc, other.acc);
                *count += more;
                expected.extend(others);
                subtract_expected(combine, acc, count, expected);
            }
            (Inputs::Kept(bag), Inputs::Kept(others)) => {
                let is_current = |acc: &Option<A>, bag: &Bag<V>| (acc.is_some() || bag.is_empty()) && !bag.is_waiting();
                if is_current(acc, bag) && is_current(&other.acc, &others) {
                    merge_accs(combine, acc, other.acc);
                } else {
                    *acc = None;
                }
                bag.append(others);
            }
            _ => unreachable!("a combiner can subtract or not"),
        }
    }

    /// The accumulator of the values that are left, if there are any.
    fn current<C: CombineFn<V, Acc = A>>(&mut self, combine: &C) -> Option<&A> {
        if self.is_empty() {
            return None;
        }
        match &self.inputs {
            Inputs::Counted { .. } => self.acc.as_ref(),
            Inputs::Kept(bag) => Some(self.acc.get_or_insert_with(|| {
                let mut acc = combine.create();
                bag.iter().for_each(|value| combine.add_ref(&mut acc, value));
                acc
            })),
        }
    }
}

fn merge_accs<V, C: CombineFn<V>>(combine: &C, acc: &mut Option<C::Acc>, other: Option<C::Acc>) {
    match (acc, other) {
        (Some(acc), Some(other)) => combine.merge(acc, other),
        (acc, Some(other)) => *acc = Some(other),
        (_, None) => {}
    }
}

/// Subtracts what can be by now.
fn subtract_expected<V, C: CombineFn<V>>(
    combine: &C,
    acc: &mut Option<C::Acc>,
    count: &mut i64,
    expected: &mut Vec<V>,
) {
    let acc = acc.get_or_insert_with(|| combine.create());
    expected.retain(|value| {
        let is_gone = combine.subtract(acc, value);
        *count -= i64::from(is_gone);
        !is_gone
    });
}
