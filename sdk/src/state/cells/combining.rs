//! Many values as one.

use super::state_cell;
use crate::Element;
use crate::combine::CombineFn;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Remembers what a combiner makes of values (Beam's `CombiningState`): a [`CombineFn`] that can be made from nothing,
/// such as `Sum`, `Count`, `Mean`, `Max` or `ToSet`.
///
/// ```
/// use beamline_sdk::combine::{Count, Sum};
/// use beamline_sdk::state::CombiningState;
///
/// let mut total = CombiningState::<(Count, Sum), u64>::default();
/// assert_eq!(total.get(), None);
/// total.add(3);
/// total.add(4);
/// assert_eq!(total.get(), Some((2, 7)));
/// ```
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound = "")]
pub struct CombiningState<C: CombineFn<V>, V> {
    content: Option<C::Acc>,
    #[serde(skip)]
    is_written: bool,
    #[serde(skip)]
    _values: PhantomData<fn(V)>,
}

impl<C: CombineFn<V>, V> Default for CombiningState<C, V> {
    fn default() -> Self {
        Self { content: None, is_written: false, _values: PhantomData }
    }
}

/// What [`CombiningState`] asks of its combiner, in one name.
pub trait DefaultCombineFn<V>: CombineFn<V> + Default {}
impl<V, C: CombineFn<V> + Default> DefaultCombineFn<V> for C {}

state_cell!(CombiningState<C: DefaultCombineFn<V>, V: Element>, Combining, Option::is_none);

impl<C: CombineFn<V> + Default, V: Element> CombiningState<C, V> {
    /// Adds a value.
    pub fn add(&mut self, value: V) {
        let combine = C::default();
        combine.add(self.content.get_or_insert_with(|| combine.create()), value);
        self.is_written = true;
    }

    /// The result so far, if a value has been added.
    pub fn get(&self) -> Option<C::Out> {
        self.content.clone().map(|acc| C::default().extract(acc))
    }

    /// Takes the result out, and begins anew.
    pub fn take(&mut self) -> Option<C::Out> {
        self.is_written = true;
        self.content.take().map(|acc| C::default().extract(acc))
    }

    /// The accumulator, if a value has been added.
    pub fn accumulator(&self) -> Option<&C::Acc> {
        self.content.as_ref()
    }
}
