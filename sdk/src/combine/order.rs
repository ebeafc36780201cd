//! Orders as values, for combiners that keep the best.

use std::cmp::Ordering;

/// An order of values of type `T`; the greatest is the best.
///
/// Must be a total order, as [`Ord`] says. Values that compare as equal stand for each other: which of them a combiner
/// keeps depends on how the work was split, so let the order look at everything that matters.
pub trait Order<T>: Clone + Send + Sync + 'static {
    /// How `a` stands to `b`.
    fn compare(&self, a: &T, b: &T) -> Ordering;
}

/// The order of [`Ord`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Natural;

impl<T: Ord> Order<T> for Natural {
    #[inline]
    fn compare(&self, a: &T, b: &T) -> Ordering {
        a.cmp(b)
    }
}

/// The order of a function such as [`f64::total_cmp`].
#[derive(Debug, Clone, Copy)]
pub struct By<F>(pub(super) F);

impl<T, F> Order<T> for By<F>
where
    F: Fn(&T, &T) -> Ordering + Clone + Send + Sync + 'static,
{
    #[inline]
    fn compare(&self, a: &T, b: &T) -> Ordering {
        (self.0)(a, b)
    }
}

/// The order of a key, which is computed anew for each comparison.
#[derive(Debug, Clone, Copy)]
pub struct ByKey<F>(pub(super) F);

impl<T, K: Ord, F> Order<T> for ByKey<F>
where
    F: Fn(&T) -> K + Clone + Send + Sync + 'static,
{
    #[inline]
    fn compare(&self, a: &T, b: &T) -> Ordering {
        (self.0)(a).cmp(&(self.0)(b))
    }
}

/// The reverse of an order.
#[derive(Debug, Clone, Copy)]
pub struct Reversed<O>(pub(super) O);

impl<T, O: Order<T>> Order<T> for Reversed<O> {
    #[inline]
    fn compare(&self, a: &T, b: &T) -> Ordering {
        self.0.compare(b, a)
    }
}
