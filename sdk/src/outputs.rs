//! Several typed outputs: an enum, split into a collection for each variant.
//!
//! `#[derive(OutputEnum)]` implements the trait for an enum whose variants are units, hold one value, or several
//! without names. The split happens in the stage that makes the elements: the enum itself is never stored or sent and
//! needs no bounds. An enum can have up to twelve variants.

pub use crate::kernel::ops::OutputsOf;
use crate::kernel::{Emitter, Meta};
use crate::pcollection::PCollection;
use crate::{Element, Result};

/// An enum whose variants are the outputs of a step; see [`PCollection::split`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no outputs to split into",
    note = "put `#[derive(OutputEnum)]` on the enum"
)]
pub trait OutputEnum: Send + Sized + 'static {
    /// A struct with a collection for each variant.
    type Outputs;
    /// Where the elements of each variant go, on a worker.
    type Routes: Routes;

    /// Makes the collections, in the order of the variants.
    fn outputs(split: &mut SplitOutputs) -> Self::Outputs;

    /// Sends an element on its way.
    fn route(self, routes: &mut Self::Routes, meta: &Meta, row: usize);
}

/// The collections that a split makes.
pub struct SplitOutputs {
    pub(crate) pipeline: crate::Pipeline,
    pub(crate) node: crate::graph::NodeId,
}

impl SplitOutputs {
    /// The collection of the next variant.
    pub fn collection<T: Element>(&mut self) -> PCollection<T> {
        self.pipeline.add_output(self.node)
    }
}

/// A tuple of [`Route`]s.
pub trait Routes: 'static {
    #[doc(hidden)]
    fn connect(outputs: &mut OutputsOf<'_, '_>) -> Self;
    #[doc(hidden)]
    fn begin(&mut self, meta: &Meta);
    #[doc(hidden)]
    fn check(&mut self) -> Result<()>;
    #[doc(hidden)]
    fn flush(&mut self) -> Result<()>;
}

/// Where the elements of one variant go.
pub struct Route<T: 'static>(Emitter<T>);

impl<T: 'static> Route<T> {
    /// Sends an element with the stamp of the enum that held it.
    #[inline]
    pub fn emit(&mut self, value: T, meta: &Meta, row: usize) {
        if self.0.is_unread() {
            return self.0.count_unread();
        }
        self.0.begin_row(meta, row);
        self.0.emit(value);
    }
}

macro_rules! routes {
    ($($T:ident $index:tt),+) => {
        impl<$($T: 'static),+> Routes for ($(Route<$T>,)+) {
            fn connect(outputs: &mut OutputsOf<'_, '_>) -> Self {
                ($(Route(outputs.emitter::<$T>()),)+)
            }
            fn begin(&mut self, meta: &Meta) {
                $(self.$index.0.begin(meta);)+
            }
            fn check(&mut self) -> Result<()> {
                $(self.$index.0.check()?;)+
                Ok(())
            }
            fn flush(&mut self) -> Result<()> {
                $(self.$index.0.flush()?;)+
                Ok(())
            }
        }
    };
}

routes!(A 0);
routes!(A 0, B 1);
routes!(A 0, B 1, C 2);
routes!(A 0, B 1, C 2, D 3);
routes!(A 0, B 1, C 2, D 3, E 4);
routes!(A 0, B 1, C 2, D 3, E 4, F 5);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
routes!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
