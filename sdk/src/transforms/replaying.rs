//! Dead letters back into the step that they came from.

use super::elementwise::PAR_DO;
use crate::kernel::Op;
use crate::kernel::ops::Recall;
use crate::pipeline::fused;
use crate::{DeadLetter, Element, Error, ErrorKind, Json, PCollection};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Adds the elements of dead letters that came from a step: to be called on what the step reads, when what was wrong
    /// has been mended. Of `letters`, those whose [`step`](DeadLetter::step) has this name are taken, each with its
    /// timestamp, its windows and its pane; those of other steps are left out, and counted as `letters_of_other_steps`.
    ///
    /// A name that no step of the pipeline has is an error of the graph; an element that is no `T` fails the pipeline.
    ///
    /// A program reads the letters of an earlier run when it is told to:
    ///
    /// ```
    /// # use beamline_sdk::{DeadLetter, Json, PCollection, Pipeline};
    /// # fn read(p: &Pipeline, path: &str) -> PCollection<DeadLetter<Json>> { p.create([]) }
    /// let p = Pipeline::new();
    /// let replay: Option<&str> = Some("letters.jsonl");
    /// let lines = match replay {
    ///     None => p.create(["1", "two"].map(str::to_owned)),
    ///     Some(path) => p.create::<String>([]).replaying("Parse", &read(&p, path)),
    /// };
    /// let parsed = lines.try_map(|line| line.parse::<u64>()).named("Parse");
    /// # assert!(p.graph().is_ok());
    /// ```
    #[track_caller]
    pub fn replaying(&self, step: &str, letters: &PCollection<DeadLetter<Json>>) -> Self {
        if !self.pipeline.is_same(&letters.pipeline) {
            let refused = self.filter(|_| true).named("Replaying");
            refused.refuse(Error::new(ErrorKind::Graph, "the letters belong to another pipeline"));
            return refused;
        }
        let scope = self.pipeline.open_scope("Replaying".to_owned(), true);
        let sender: Arc<str> = step.into();
        let body =
            fused::<DeadLetter<Json>>(move |wiring| Op::single(wiring, Recall::<T>::new(wiring, sender.clone())));
        let elements = letters.then_windowed("Recall", PAR_DO, body, Ok(self.windowing()));
        self.pipeline.expect_step(elements.id, step);
        let all = self.flatten_with(&elements);
        drop(scope);
        all
    }
}

impl<T: Element> PCollection<DeadLetter<T>> {
    /// The same letters with their elements as JSON: those of steps with different elements can so be
    /// [one collection](crate::Pipeline::flatten), and in one file. An element that JSON cannot show fails the pipeline.
    #[track_caller]
    pub fn in_json(&self) -> PCollection<DeadLetter<Json>> {
        self.try_map_as("InJson", |letter| Json::of(&letter.element).map(|json| letter.clone().map(|_| json))).ok
    }
}
