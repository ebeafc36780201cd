//! The best, and all that are as good.

use beamline::Element;
use beamline::combine::CombineFn;

/// All inputs whose key is the greatest there is. ([`Max`](beamline::combine::Max) keeps any of them.)
///
/// ```
/// use beamline::combine::apply;
/// use beamline_nexmark::queries::Highest;
///
/// let largest = Highest(|n: &i32| n.abs());
/// assert_eq!(apply(&largest, [3, -9, 4]), [-9]);
/// assert_eq!(apply(&largest, [3, -9, 9]), [-9, 9]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Highest<F>(pub F);

impl<T: Element, K: Ord, F: Fn(&T) -> K + Clone + Send + Sync + 'static> CombineFn<T> for Highest<F> {
    type Acc = Vec<T>;
    type Out = Vec<T>;

    fn name(&self) -> String {
        "Highest".to_owned()
    }

    fn create(&self) -> Vec<T> {
        Vec::new()
    }

    fn add(&self, best: &mut Vec<T>, input: T) {
        let worse = best.first().map(|best| (self.0)(best).cmp(&(self.0)(&input)));
        match worse {
            Some(order) if order.is_gt() => return,
            Some(order) if order.is_lt() => best.clear(),
            _ => {}
        }
        best.push(input);
    }

    fn merge(&self, best: &mut Vec<T>, other: Vec<T>) {
        other.into_iter().for_each(|input| self.add(best, input));
    }

    fn extract(&self, best: Vec<T>) -> Vec<T> {
        best
    }
}
