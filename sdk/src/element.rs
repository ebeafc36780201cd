//! What may travel through a pipeline.

use serde::{Serialize, de::DeserializeOwned};
use std::hash::Hash;

/// A value that a [`PCollection`](crate::PCollection) can hold.
///
/// Implemented for every type that meets the bounds, so there is nothing to write. All bounds are asked for always: a
/// program that runs on the threads of one process then also runs when values spill to disk or travel to another
/// process. `Sync` lets all workers share one copy of a side input.
///
/// What is large and in many elements can be in an [`Arc`](std::sync::Arc): a join, which copies a value for each of its
/// partners, then copies a pointer. On disk, and on the way to another process, each element has a copy of its own.
///
/// ```
/// use beamline_sdk::{Pipeline, Timestamp, Within};
/// use beamline_sdk::testing::{TestStream, assert_that};
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// let time = Timestamp::from_millis;
/// let p = Pipeline::new();
/// let terms = Arc::new("a very long text".to_owned());
/// let offers = p.apply(TestStream::new().element(time(0), (7u32, terms.clone())));
/// let orders = p.apply(TestStream::new().element(time(10), (7u32, 'a')).element(time(20), (7, 'b')));
/// let ordered = orders.interval_join(&offers, Within::before(Duration::from_secs(1)));
/// assert_that(&ordered).contains_in_any_order([(7, ('a', terms.clone())), (7, ('b', terms))]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a collection",
    label = "elements need `Clone + Send + Sync + Serialize + DeserializeOwned + 'static`",
    note = "for a type of your own: `#[derive(Clone, serde::Serialize, serde::Deserialize)]`"
)]
pub trait Element: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {}
impl<T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static> Element for T {}

/// An [`Element`] that can be the key of a grouping.
///
/// Floating-point numbers are not `Eq` and therefore no keys: group by a rounded integer or by
/// [`f64::to_bits`] instead.
///
/// A key is looked up once for each element. Of short texts, [`SmallString`](crate::SmallString) is looked up fastest.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "keys are elements that can be compared and hashed: `Eq + Hash`",
    note = "for a type of your own: `#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]`",
    note = "floating-point keys are refused on purpose: use a rounded integer, or `x.to_bits()`"
)]
pub trait Key: Element + Eq + Hash {}
#[diagnostic::do_not_recommend]
impl<T: Element + Eq + Hash> Key for T {}
