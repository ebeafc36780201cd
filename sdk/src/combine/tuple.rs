//! Several combiners over the same input.

use super::CombineFn;

macro_rules! tuple {
    ($($C:ident $at:tt),+; $last:ident $last_at:tt) => {
        /// All of them in one pass; the output is the tuple of their outputs.
        ///
        /// The last one gets the input itself, the others [borrow](CombineFn::add_ref) it: those that keep their
        /// inputs clone them, the rest only look.
        impl<In: Clone, $($C: CombineFn<In>,)+ $last: CombineFn<In>> CombineFn<In> for ($($C,)+ $last,) {
            type Acc = ($($C::Acc,)+ $last::Acc,);
            type Out = ($($C::Out,)+ $last::Out,);

            fn name(&self) -> String {
                format!("({})", [$(self.$at.name(),)+ self.$last_at.name()].join(", "))
            }

            #[inline]
            fn create(&self) -> Self::Acc {
                ($(self.$at.create(),)+ self.$last_at.create(),)
            }

            #[inline]
            fn add(&self, acc: &mut Self::Acc, input: In) {
                $(self.$at.add_ref(&mut acc.$at, &input);)+
                self.$last_at.add(&mut acc.$last_at, input);
            }

            #[inline]
            fn add_ref(&self, acc: &mut Self::Acc, input: &In) {
                $(self.$at.add_ref(&mut acc.$at, input);)+
                self.$last_at.add_ref(&mut acc.$last_at, input);
            }

            #[inline]
            fn merge(&self, acc: &mut Self::Acc, other: Self::Acc) {
                $(self.$at.merge(&mut acc.$at, other.$at);)+
                self.$last_at.merge(&mut acc.$last_at, other.$last_at);
            }

            #[inline]
            fn extract(&self, acc: Self::Acc) -> Self::Out {
                ($(self.$at.extract(acc.$at),)+ self.$last_at.extract(acc.$last_at),)
            }

            fn has_default(&self) -> bool {
                $(self.$at.has_default() &&)+ self.$last_at.has_default()
            }

            fn can_subtract(&self) -> bool {
                $(self.$at.can_subtract() &&)+ self.$last_at.can_subtract()
            }

            /// All of them or none.
            fn subtract(&self, acc: &mut Self::Acc, input: &In) -> bool {
                let mut rest = acc.clone();
                let could = $(self.$at.subtract(&mut rest.$at, input) &&)+
                    self.$last_at.subtract(&mut rest.$last_at, input);
                if could {
                    *acc = rest;
                }
                could
            }
        }
    };
}
tuple!(A 0; B 1);
tuple!(A 0, B 1; C 2);
tuple!(A 0, B 1, C 2; D 3);
tuple!(A 0, B 1, C 2, D 3; E 4);
tuple!(A 0, B 1, C 2, D 3, E 4; F 5);
