//! Combiners made of combiners: pointed at a part of the input, or with an answer for no inputs.

use super::CombineFn;
use crate::Element;

/// A combiner of a part of each input. Made by the method `of` of the combiners here, and by [`Of::new`] for others.
///
/// Takes the same memory, has the same name and the same answer to no inputs as the combiner that it points.
///
/// ```
/// use beamline_sdk::combine::{Count, Max, Of, Sum, apply};
///
/// let orders = [("tea", 3), ("cake", 5)];
/// assert_eq!(apply(&Sum.of(|(_, price): &(&str, u32)| *price), orders), 8);
///
/// let both = Of::new((Count, Max), |(_, price): &(&str, u32)| *price);
/// assert_eq!(apply(&both, orders), (2, 5));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Of<C, F> {
    combiner: C,
    part: F,
}

impl<C, F> Of<C, F> {
    /// Combines what `part` takes from each input.
    pub fn new<In, Part>(combiner: C, part: F) -> Self
    where
        F: Fn(&In) -> Part,
    {
        Of { combiner, part }
    }

    /// What is taken from each input.
    pub(super) fn into_part(self) -> F {
        self.part
    }
}

impl<In, Part, C, F> CombineFn<In> for Of<C, F>
where
    C: CombineFn<Part>,
    F: Fn(&In) -> Part + Clone + Send + Sync + 'static,
{
    type Acc = C::Acc;
    type Out = C::Out;

    fn name(&self) -> String {
        self.combiner.name()
    }

    #[inline]
    fn create(&self) -> C::Acc {
        self.combiner.create()
    }

    #[inline]
    fn add(&self, acc: &mut C::Acc, input: In) {
        self.combiner.add(acc, (self.part)(&input));
    }

    #[inline]
    fn add_ref(&self, acc: &mut C::Acc, input: &In) {
        self.combiner.add(acc, (self.part)(input));
    }

    #[inline]
    fn merge(&self, acc: &mut C::Acc, other: C::Acc) {
        self.combiner.merge(acc, other);
    }

    #[inline]
    fn extract(&self, acc: C::Acc) -> C::Out {
        self.combiner.extract(acc)
    }

    fn has_default(&self) -> bool {
        self.combiner.has_default()
    }

    fn can_subtract(&self) -> bool {
        self.combiner.can_subtract()
    }

    fn subtract(&self, acc: &mut C::Acc, input: &In) -> bool {
        self.combiner.subtract(acc, &(self.part)(input))
    }
}

/// A combiner whose output is `None` when there were no inputs. Made by the method `or_none` of the combiners that have
/// no answer then, and by [`OrNone::new`] for others.
///
/// ```
/// use beamline_sdk::combine::{Min, OrNone, Sum, apply};
///
/// assert_eq!(apply(&Min.or_none(), [2, 1]), Some(1));
/// assert_eq!(apply(&Min.or_none(), [0; 0]), None);
/// assert_eq!(apply(&OrNone::new(Sum), [0; 0]), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OrNone<C>(C);

impl<C> OrNone<C> {
    /// As `combiner`, or `None`.
    pub fn new(combiner: C) -> Self {
        OrNone(combiner)
    }
}

/// A combiner with an output of one's own when there were no inputs. Made by the method `or` of the combiners that have
/// no answer then, and by [`Or::new`] for others.
///
/// ```
/// use beamline_sdk::combine::{Mean, apply};
///
/// assert_eq!(apply(&Mean.or(0.0), [1, 2]), 1.5);
/// assert_eq!(apply(&Mean.or(0.0), [0; 0]), 0.0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Or<C, Out> {
    combiner: C,
    default: Out,
}

impl<C, Out> Or<C, Out> {
    /// As `combiner`, or `default`.
    pub fn new(combiner: C, default: Out) -> Self {
        Or { combiner, default }
    }
}

/// What both have in common: an accumulator that is made for the first input.
macro_rules! occupied_by_first {
    ($combiner:tt) => {
        type Acc = Option<C::Acc>;

        fn name(&self) -> String {
            self.$combiner.name()
        }

        #[inline]
        fn create(&self) -> Self::Acc {
            None
        }

        #[inline]
        fn add(&self, acc: &mut Self::Acc, input: In) {
            self.$combiner.add(acc.get_or_insert_with(|| self.$combiner.create()), input);
        }

        #[inline]
        fn add_ref(&self, acc: &mut Self::Acc, input: &In)
        where
            In: Clone,
        {
            self.$combiner.add_ref(acc.get_or_insert_with(|| self.$combiner.create()), input);
        }

        #[inline]
        fn merge(&self, acc: &mut Self::Acc, other: Self::Acc) {
            match (acc, other) {
                (Some(acc), Some(other)) => self.$combiner.merge(acc, other),
                (acc, Some(other)) => *acc = Some(other),
                (_, None) => {}
            }
        }

        fn can_subtract(&self) -> bool {
            self.$combiner.can_subtract()
        }

        fn subtract(&self, acc: &mut Self::Acc, input: &In) -> bool {
            let Some(acc) = acc else {
                let mut less_than_none = self.$combiner.create();
                let could = self.$combiner.subtract(&mut less_than_none, input);
                *acc = could.then_some(less_than_none);
                return could;
            };
            self.$combiner.subtract(acc, input)
        }
    };
}

impl<In, C: CombineFn<In>> CombineFn<In> for OrNone<C> {
    type Out = Option<C::Out>;
    occupied_by_first!(0);

    #[inline]
    fn extract(&self, acc: Self::Acc) -> Self::Out {
        acc.map(|acc| self.0.extract(acc))
    }
}

impl<In, Out: Element, C: CombineFn<In, Out = Out>> CombineFn<In> for Or<C, Out> {
    type Out = Out;
    occupied_by_first!(combiner);

    #[inline]
    fn extract(&self, acc: Self::Acc) -> Out {
        acc.map_or_else(|| self.default.clone(), |acc| self.combiner.extract(acc))
    }
}

/// The adaptors as methods of a combiner, so that no trait needs to be imported for them.
macro_rules! adaptors {
    (of: $([$($param:ident),*] $combiner:ty),*) => { $(
        impl<$($param),*> $combiner {
            /// Combines what `part` takes from each input, rather than the input.
            pub fn of<In, Part, Take: Fn(&In) -> Part>(self, part: Take) -> $crate::combine::Of<Self, Take> {
                $crate::combine::Of::new(self, part)
            }
        }
    )* };
    (or: $([$($param:ident),*] $combiner:ty),*) => { $(
        impl<$($param),*> $combiner {
            /// Gives `None` when there were no inputs.
            pub fn or_none(self) -> $crate::combine::OrNone<Self> {
                $crate::combine::OrNone::new(self)
            }

            /// Gives `default` when there were no inputs.
            pub fn or<Out>(self, default: Out) -> $crate::combine::Or<Self, Out> {
                $crate::combine::Or::new(self, default)
            }
        }
    )* };
}
pub(super) use adaptors;

adaptors!(of: [C] OrNone<C>, [C, O] Or<C, O>);
adaptors!(or: [C, F] Of<C, F>);
