//! The cells of state: plain values that know whether they have been written to.

mod bag;
mod combining;
mod map;
mod multimap;
mod ordered_list;
mod set;
mod value;

pub use bag::BagState;
pub use combining::CombiningState;
pub use map::MapState;
pub use multimap::MultimapState;
pub use ordered_list::OrderedListState;
pub use set::SetState;
pub use value::ValueState;

/// What is the same for all cells: they are [`StateCell`](super::StateCell)s with fields `content`, `is_written`.
macro_rules! state_cell {
    ($cell:ident<$($param:ident: $bound:path),+>, $kind:ident, $is_empty:expr) => {
        impl<$($param: $bound),+> crate::state::StateCell for $cell<$($param),+> {
            const KIND: crate::state::FieldKind = crate::state::FieldKind::$kind;

            #[inline]
            fn is_empty(&self) -> bool {
                $is_empty(&self.content)
            }

            fn clear(&mut self) {
                self.content = Default::default();
                self.is_written = true;
            }

            #[inline]
            fn take_written(&mut self) -> bool {
                std::mem::take(&mut self.is_written)
            }
        }

        impl<$($param: $bound),+> $cell<$($param),+> {
            /// Whether nothing is in it.
            pub fn is_empty(&self) -> bool {
                crate::state::StateCell::is_empty(self)
            }

            /// Forgets what is in it.
            pub fn clear(&mut self) {
                crate::state::StateCell::clear(self);
            }

            /// Begins its time to live anew, as a write does.
            pub fn touch(&mut self) {
                self.is_written = true;
            }
        }
    };
}
use state_cell;
