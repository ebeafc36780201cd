//! Elements that make windows fire.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::Punctuate;
use crate::pipeline::{Template, fused};
use crate::{Element, PCollection};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Marks the elements for which the predicate is true as *punctuation*: windows with a trigger
    /// [`after_punctuation`](crate::window::Trigger::after_punctuation) show a result when one has come, with it and all
    /// before it (*The Dataflow Model*, section 2.3).
    ///
    /// The mark stays with all that functions make of the element, up to the next grouping. Several predicates mark what
    /// any of them accepts. Where elements are [taken back](crate::window#retractions), a retraction fires nothing.
    ///
    /// The bid that ends an auction:
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, combine::Max};
    /// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
    ///
    /// let p = Pipeline::new();
    /// let bids = p.create([("vase".to_owned(), 20), ("vase".to_owned(), 35), ("vase".to_owned(), 100)]);
    /// let at_last = Trigger::repeatedly(Trigger::after_punctuation());
    /// let sold = bids
    ///     .punctuated_by(|(_, bid)| *bid >= 100)
    ///     .window(Windowing::global().trigger(at_last, Accumulation::Accumulating))
    ///     .combine_per_key(Max);
    /// # p.graph().unwrap();
    /// ```
    #[track_caller]
    pub fn punctuated_by(&self, f: impl Fn(&T) -> bool + Clone + Send + 'static) -> Self {
        let f = Template::new(f);
        let windowing = Arc::new(self.windowing().punctuated());
        let body = fused::<T>(move |wiring| Op::single(wiring, Punctuate::new(wiring, f.copy())));
        self.then_windowed("PunctuatedBy", PAR_DO, body, Ok(windowing))
    }
}
